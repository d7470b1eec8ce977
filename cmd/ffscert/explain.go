package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"ffscert/cmd/internal/explain"
	"ffscert/features/certification"
)

func newExplainCmd(s *state) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain CODE",
		Short: "Say what an error code means, and what to do",
		Long: `explain says what an error code means, which causes are likely, how to tell
them apart, and what to do. Without a code it lists all of them.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("%s takes one code, not %q\n  hint: see `%s --help`", cmd.CommandPath(), strings.Join(args, " "), cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			pages, err := explain.Pages()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return listPages(s, pages, asJSON)
			}
			p, near, ok := explain.Find(pages, args[0])
			if !ok {
				return usagef("there is no code %q\n  hint: %s", args[0], hintCodes(near))
			}
			if asJSON {
				return writeJSON(s, shownCode{"ffscert/code/v1", p})
			}
			_, err = fmt.Fprint(s.Stdout, pageText(p))
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func hintCodes(near []certification.Code) string {
	if len(near) == 0 {
		return "`ffscert explain` lists all codes"
	}
	var names []string
	for _, c := range near {
		names = append(names, string(c))
	}
	return "there are " + strings.Join(names, ", ") + "; `ffscert explain` lists all codes"
}

func listPages(s *state, pages []explain.Page, asJSON bool) error {
	if asJSON {
		return writeJSON(s, listedCodes{"ffscert/codes/v1", pages})
	}
	var b strings.Builder
	for _, p := range pages {
		fmt.Fprintf(&b, "%s  %s\n", p.Code, p.Title)
	}
	_, err := fmt.Fprint(s.Stdout, b.String())
	return err
}

// pageWidth is that of a page, in characters.
const pageWidth = 92

func pageText(p explain.Page) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n\n%s\n\nLikely causes, the most likely first:\n", p.Code, p.Title, wrap(p.Means, pageWidth, ""))
	for i, c := range p.Causes {
		n := fmt.Sprintf("%d. ", i+1)
		in := strings.Repeat(" ", len(n))
		fmt.Fprintf(&b, "\n%s%s\n", n, wrap(c.What, pageWidth-len(in), in))
		fmt.Fprintf(&b, "%show to tell: %s\n", in, wrap(c.Tell, pageWidth-len(in)-13, in+"             "))
		fmt.Fprintf(&b, "%swhat to do:  %s\n", in, wrap(c.Do, pageWidth-len(in)-13, in+"             "))
	}
	return b.String()
}

// listedCodes is what `explain --json` says, and shownCode `explain CODE --json`.
type listedCodes struct {
	Schema string         `json:"schema"`
	Codes  []explain.Page `json:"codes"`
}

type shownCode struct {
	Schema string `json:"schema"`
	explain.Page
}
