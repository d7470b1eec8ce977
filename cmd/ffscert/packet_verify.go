package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"ffscert/reports/packet"
)

func newPacketVerifyCmd(s *state) *cobra.Command {
	var key string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Tell whether a packet is as it was signed",
		Long: `verify looks at a packet without any network or configuration, and unpacks
nothing to the disk. It finds every file that was changed, added, removed or renamed,
and refuses archives that are no packets: names that lead elsewhere, links, names that
are there twice, bombs.

A packet tells by which key it was signed, not whose key that is: compare the public
key with the one that its maker has told you, or give it with --key.

Exit status: 0 intact (a demonstration is said to be one), 1 not intact or refused, 2 usage.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("verify needs the path of one packet\n  hint: see `ffscert packet verify --help`")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runPacketVerify(s, args[0], key, asJSON) },
	}
	cmd.Flags().StringVar(&key, "key", "", "the public key, in base64, that must have signed it")
	cmd.Flags().BoolVar(&asJSON, "json", false, "say what was found as JSON")
	return cmd
}

// verifiedPacket is what `packet verify --json` says.
type verifiedPacket struct {
	Schema        string `json:"schema"`
	Demonstration bool   `json:"demonstration"`
	packet.Report
}

func runPacketVerify(s *state, name, key string, asJSON bool) error {
	f, err := os.OpenFile(s.path(name), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return usage(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return usagef("%s: is no regular file\n  hint: name a packet, as `ffscert packet build` makes one", name)
	}
	r := packet.Verify(f, info.Size())
	if key != "" && r.Refused == "" && r.PublicKey != strings.TrimSpace(key) {
		r.Intact = false
		r.Differences = append(r.Differences, packet.Difference{Kind: "signature", Path: "signature.json", Text: "it was not signed with the key of --key"})
	}
	if asJSON {
		err = writeJSON(s, verifiedPacket{"ffscert/packet-verify/v1", r.Demonstration(), r})
	} else {
		err = sayVerified(s, name, r)
	}
	if err == nil && !r.Intact {
		err = &statusError{exitFailed, nil}
	}
	return err
}

// mostDifferences is how many are listed for people.
const mostDifferences = 100

func sayVerified(s *state, name string, r packet.Report) error {
	var b strings.Builder
	line := func(format string, args ...any) {
		b.WriteString(oneLine(printable(fmt.Sprintf(format, args...))) + "\n")
	}
	if r.Refused != "" {
		line("%s: REFUSED: %s", name, r.Refused)
		_, err := fmt.Fprint(s.Stdout, b.String())
		return err
	}
	if r.Intact {
		line("%s: INTACT: %d files, %d bytes, as they were signed", name, r.Files, r.Bytes)
	} else {
		line("%s: NOT INTACT", name)
		for k, d := range r.Differences {
			if k == mostDifferences {
				line("- and %d more: --json lists them all", len(r.Differences)-k)
				break
			}
			if d.Path == "" {
				d.Path = "the archive"
			}
			line("- %s: %s: %s", d.Kind, d.Path, d.Text)
		}
	}
	if r.Demonstration() {
		line("DEMONSTRATION: it proves nothing for a certification")
	}
	if m := r.Manifest; m != nil {
		what := "packet"
		if !r.Intact {
			what = "it says of itself: packet"
		}
		line("%s of %s, plan %s %s, verdict %s, %d tests executed, runs %s", what, firstOf(m.Product.DeviceName, "?"), m.Plan.ID, m.Plan.Version, m.Verdict, m.TestsExecuted, strings.Join(m.Runs, " "))
		if m.SubmitByUTC != nil && !r.Demonstration() {
			line("to be submitted no later than %s UTC", m.SubmitByUTC.UTC().Format("2006-01-02 15:04"))
		}
	}
	switch {
	case r.DemoKey:
		line("signed with the key of demonstrations, which everybody has: it does not tell who made it")
	case r.PublicKey != "":
		line("public key: %s (compare it with the one that its maker has told you)", r.PublicKey)
	}
	_, err := fmt.Fprint(s.Stdout, b.String())
	return err
}
