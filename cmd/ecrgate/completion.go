package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ecrgate/ecrgate/internal/gate"
	"github.com/ecrgate/ecrgate/scan"
)

// shells write the completion script of each shell that has one.
var shells = []struct {
	name  string
	write func(root *cobra.Command, w io.Writer) error
}{
	{"bash", func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) }},
	{"zsh", (*cobra.Command).GenZshCompletion},
	{"fish", func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) }},
	{"powershell", (*cobra.Command).GenPowerShellCompletionWithDesc},
}

func completionCommand(e env) *cobra.Command {
	var names []string
	for _, s := range shells {
		names = append(names, s.name)
	}
	return &cobra.Command{
		Use:   "completion " + strings.Join(names, "|"),
		Short: "Print the completion script of a shell",
		Long: "Print a script that completes commands, flags, and the words of flags. Load it\n" +
			"where the shell starts, for example in ~/.bashrc.",
		Example: "  source <(ecrgate completion bash)\n" +
			"  source <(ecrgate completion zsh)\n" +
			"  ecrgate completion fish | source\n" +
			"  ecrgate completion powershell | Out-String | Invoke-Expression",
		ValidArgs: names,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("got %d shells (want one of: %s)", len(args), strings.Join(names, ", "))
			}
			for _, s := range shells {
				if s.name == args[0] {
					return wrap("writing the script", s.write(c.Root(), e.stdout))
				}
			}
			return usagef("unknown shell %q (want one of: %s)", args[0], strings.Join(names, ", "))
		},
	}
}

// inputWords are the words that inputs take. A test holds them against what check accepts.
var inputWords = map[string][]string{
	"baseline-missing": {"error", "none"},
	"color":            {"auto", "on", "off"},
	"fail-on":          severityWords(),
	"mode":             {enforce, reports, observe},
	"sarif-findings":   {"all", "counted"},
	"start-scan":       {"auto", "never"},
	"inspector":        {"auto", "never"},

	"epss":   {gate.EPSSInspector},
	"policy": {"built-in"},
}

func severityWords() []string {
	var words []string
	for _, s := range scan.Severities {
		words = append(words, strings.ToLower(string(s)))
	}
	return words
}

// addCompletions completes the values of the inputs: words, and the names of files where an input takes
// some.
func addCompletions(c *cobra.Command) {
	c.ValidArgsFunction = cobra.NoFileCompletions // images
	c.Flags().VisitAll(func(f *pflag.Flag) {
		words, files := inputWords[f.Name], strings.HasPrefix(f.Value.Type(), "FILE")
		directive := cobra.ShellCompDirectiveNoFileComp
		if files {
			directive = cobra.ShellCompDirectiveDefault
		}
		if err := c.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(words, directive)); err != nil {
			panic(err) // two completions of one flag
		}
	})
}
