package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ecrgate/ecrgate/internal/gate"
	"github.com/ecrgate/ecrgate/internal/suggest"
	"github.com/ecrgate/ecrgate/scan"
)

// helpWidth is the width of the narrowest terminal, in columns.
const helpWidth = 80

// eitherWay is what cobra prints for every boolean flag.
const eitherWay = "[=true|false]"

// usage prints how to call a command, its subcommands and its flags.
func usage(c *cobra.Command) error {
	var b strings.Builder
	b.WriteString("Usage:\n")
	if !c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s\n", c.UseLine())
	}
	width := 0
	for _, sub := range c.Commands() {
		width = max(width, len(sub.CommandPath()))
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			fmt.Fprintf(&b, "  %-*s  %s\n", width, sub.CommandPath(), sub.Short)
		}
	}
	if c.Example != "" {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", c.Example)
	}
	writeFlags(&b, c.LocalFlags())
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\nRun \"%s COMMAND --help\" for details.\n", c.CommandPath())
	}
	_, err := fmt.Fprint(c.OutOrStderr(), b.String())
	return err
}

// helpGroup is the flag annotation with the heading in the help.
const helpGroup = "group"

// writeFlags lists flags. Inputs of check take one line each, under the headings of their groups.
func writeFlags(b *strings.Builder, flags *pflag.FlagSet) {
	group := ""
	rest := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Annotations[helpGroup] == nil {
			rest.AddFlag(f)
			return
		}
		if g := f.Annotations[helpGroup][0]; g != group {
			group = g
			fmt.Fprintf(b, "\n%s:\n", group)
		}
		value, text := pflag.UnquoteUsage(f)
		value = " " + value
		if f.NoOptDefVal != "" {
			value = "[=" + f.NoOptDefVal + "]"
		}
		fmt.Fprintf(b, "  %-23s  %s\n", "--"+f.Name+value, text)
	})
	if group != "" {
		return // the help itself shows that -h and --help work
	}
	text := rest.FlagUsagesWrapped(helpWidth)
	fmt.Fprintf(b, "\nFlags:\n%s", strings.ReplaceAll(text, eitherWay, strings.Repeat(" ", len(eitherWay))))
}

// noCommand returns a usage error: a pipeline without a command has checked nothing.
func noCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		_ = c.Help()
		return exit(exitUsage)
	}
	var names []string
	for _, sub := range c.Commands() {
		names = append(names, sub.Name())
	}
	hint := "want one of: " + strings.Join(names, ", ")
	switch near := suggest.Nearest(args[0], names); {
	case near != "":
		hint = fmt.Sprintf("did you mean %s %s?", c.CommandPath(), near)
	case slices.Contains(names, "check") && strings.ContainsAny(args[0], ":@"):
		hint = "want ecrgate check " + args[0]
	}
	return usagef("unknown command %q (%s)", args[0], hint)
}

// A flagText is the value of a flag as text; kind is its name in the help.
type flagText struct {
	text string
	kind string
}

func (f *flagText) String() string     { return f.text }
func (f *flagText) Set(s string) error { f.text = s; return nil }
func (f *flagText) Type() string       { return f.kind }

// A strictFlag refuses a second value: in place of the first, it would leave an image or a file unchecked. It also
// refuses a value that looks like the next flag, which would be lost: a shell drops the value of an empty variable.
type strictFlag struct {
	pflag.Value
	given string
}

func (f *strictFlag) Set(s string) error {
	switch {
	case strings.TrimSpace(f.given) != "":
		return fmt.Errorf("already given as %q (set a flag once; several files or images are one value, such as \"A B\")", f.given)
	case strings.HasPrefix(s, "--"):
		return errors.New("this looks like the next flag, so the value is missing; if it is a file, write ./ before it")
	}
	f.given = s
	return f.Value.Set(s)
}

// makeStrict makes the flags of a command, and of those below it, strict.
func makeStrict(c *cobra.Command) {
	c.Flags().VisitAll(func(f *pflag.Flag) { f.Value = &strictFlag{Value: f.Value} })
	for _, sub := range c.Commands() {
		makeStrict(sub)
	}
}

// helpCommand returns the command help COMMAND, which prints the same as COMMAND --help.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "help [COMMAND...]",
		Short:  "Print help for a command",
		Hidden: true,
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := c.Root().Find(args)
			switch {
			case err != nil || len(rest) > 0 && about.HasSubCommands():
				return noCommand(about, rest)
			case len(rest) > 0:
				return usagef("%s has no commands, got %q", about.CommandPath(), rest[0])
			}
			return about.Help()
		},
	}
}

// shells has a function for each shell that writes its completion script.
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

// inputWords are the words that inputs take. A test checks that check accepts them.
var inputWords = map[string][]string{
	"baseline-missing": {"error", "none"},
	"color":            {"auto", "on", "off"},
	"fail-on":          severityWords(),
	"mode":             {modeEnforce, modeReport, modeObserve},
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

// addCompletions adds completion for the values of the inputs: words, and file names for inputs that take
// files.
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
