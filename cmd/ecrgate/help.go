package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ecrgate/ecrgate/internal/suggest"
)

// helpWidth is the width of the narrowest terminal, in columns.
const helpWidth = 80

// eitherWay is what the library prints for every boolean flag.
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

// helpGroup is the annotation of a flag with the heading it stands under.
const helpGroup = "group"

// writeFlags lists flags, one line each where they are inputs of check, under the headings of their
// groups.
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
		return // -h and --help are how one got here
	}
	text := rest.FlagUsagesWrapped(helpWidth)
	fmt.Fprintf(b, "\nFlags:\n%s", strings.ReplaceAll(text, eitherWay, strings.Repeat(" ", len(eitherWay))))
}

// noCommand never passes: a pipeline that forgot the command has checked nothing.
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

// A flagText is a flag's value, always text; kind is what the help calls it.
type flagText struct {
	text string
	kind string
}

func (f *flagText) String() string     { return f.text }
func (f *flagText) Set(s string) error { f.text = s; return nil }
func (f *flagText) Type() string       { return f.kind }

// helpCommand is COMMAND --help in another order.
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
