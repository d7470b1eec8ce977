package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"ffscert/steps"
)

func newStepsCmd(s *state) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "steps",
		Short: "Print the sentences that a scenario may use",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := oneOf("format", format, "text", "json", "md"); err != nil {
				return err
			}
			return printSteps(s.Stdout, format, steps.Vocabulary())
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "`text|json|md`")
	return cmd
}

func printSteps(w io.Writer, format string, all []steps.Sentence) error {
	var b strings.Builder
	switch format {
	case "json":
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(struct {
			Schema string           `json:"schema"`
			Steps  []steps.Sentence `json:"steps"`
		}{"ffscert/steps/v1", all}); err != nil {
			return err
		}
	case "md":
		b.WriteString("# Sentences that a scenario may use\n\nWritten by `ffscert steps --format md`.\n")
		actor := steps.Actor("")
		for _, st := range all {
			if st.Actor != actor {
				actor = st.Actor
				fmt.Fprintf(&b, "\n## %s\n", actorTitle(actor))
			}
			fmt.Fprintf(&b, "\n### %s\n\n%s\n\n```gherkin\n%s\n```\n", st.Text, st.Description, st.Example)
		}
	default:
		actor := steps.Actor("")
		for _, st := range all {
			if st.Actor != actor {
				if actor != "" {
					b.WriteString("\n")
				}
				actor = st.Actor
				fmt.Fprintf(&b, "%s\n", actorTitle(actor))
			}
			fmt.Fprintf(&b, "  %s\n      %s\n      example: %s\n", st.Text, st.Description, st.Example)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func actorTitle(a steps.Actor) string {
	t := strings.ReplaceAll(string(a), "_", " ")
	switch a {
	case steps.ActorAlexaApp:
		return "The Alexa app"
	default:
		return "The " + t
	}
}
