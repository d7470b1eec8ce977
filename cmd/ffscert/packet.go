package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ffscert/reports/journal"
	"ffscert/reports/packet"
)

func newPacketCmd(s *state) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "packet",
		Short: "Build the packet that is submitted, or verify one",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unknown command %q for packet\n  hint: use packet build or packet verify", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newPacketBuildCmd(s), newPacketVerifyCmd(s))
	return cmd
}

// packetKeyVariable holds the private key if no file does.
const packetKeyVariable = "FFSCERT_PACKET_KEY"

type packetOptions struct {
	runs        []string
	out, key    string
	demo, force bool
	json        bool
	fill        fillOptions
}

func newPacketBuildCmd(s *state) *cobra.Command {
	var o packetOptions
	cmd := &cobra.Command{
		Use:   "build [RUN]...",
		Short: "Join the runs of a campaign into one signed packet",
		Long: `build makes the packet that is submitted out of the runs that are named, the
latest by default. Every attempt of all of them is counted, failures included; they
must be of one plan, product, firmware and account.

A packet holds the report with the four items of the guide (pictures and dimensions
of the barcodes, Amazon customer ID, number of tests executed, start and end in UTC),
the matrix, the records of the runs, evidence, environment, waivers, reviews, and
Amazon's sheet filled in (--sheet) if the plan was imported from one. Its manifest
has the SHA-256 of every file and is signed with Ed25519. The same runs and key give
the same bytes.

No packet is made, and all that is missing is listed, while a required case is not
passed or waived, for simulated runs, for tests older than 7 days, for runs that do
not add up to the whole plan, for a plan that is not the newest one known, without
customer ID, firmware, or pictures of the barcodes with their size.

The key is a file (--key) or in the environment variable ` + packetKeyVariable + `: PEM as
"openssl genpkey -algorithm ed25519" writes it, or base64 of its 32 bytes.

--demo makes a demonstration of a simulated run, marked as such on every page and in
the manifest. What a real packet would be refused for is listed in it. Without a key
it is signed with one that everybody has.

Exit status: 0 built, 1 refused, 2 usage.`,
		Example: `  ffscert packet build --key packet-key.pem
  ffscert packet build 20261122-161403-ab12 20261123-090110-77fe --out packet.zip --key packet-key.pem
  ffscert packet build --demo`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.runs = args
			return runPacketBuild(cmd.Context(), s, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "", "write the packet to this `FILE` (default ffs-packet-RUN.zip)")
	f.StringVar(&o.key, "key", "", "`FILE` with the private Ed25519 key")
	f.BoolVar(&o.demo, "demo", false, "make a demonstration of a simulated run")
	f.BoolVar(&o.force, "force", false, "write over a file that is there")
	f.BoolVar(&o.json, "json", false, "say what came of it as JSON")
	f.StringVar(&o.fill.file, "sheet", "", "Amazon's sheet, to be filled in: an XLSX `FILE`")
	f.StringVar(&o.fill.tester, "tester", "", "`NAME` of who tested, for the sheet")
	f.StringArrayVar(&o.fill.words, "word", nil, "`VERDICT=TEXT`, as for plan fill; may be repeated")
	return cmd
}

// builtPacket is what `packet build --json` says.
type builtPacket struct {
	Schema        string             `json:"schema"`
	Packet        string             `json:"packet"` // the path; empty if it was refused
	Demonstration bool               `json:"demonstration"`
	PublicKey     string             `json:"public_key"`
	SubmitByUTC   *time.Time         `json:"submit_by_utc" jsonschema:"nullable"`
	Missing       []packet.Shortfall `json:"missing"`
}

func runPacketBuild(ctx context.Context, s *state, o packetOptions) (err error) {
	// Of a hundred thousand attempts there is much that is needed once.
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(packetMemory))
	c, err := s.config()
	if err != nil {
		return err
	}
	key, err := o.readKey(s)
	if err != nil {
		return err
	}
	if len(o.runs) == 0 {
		o.runs = []string{journal.Latest}
	}
	in := packet.Input{Demo: o.demo, ToolVersion: version}
	for _, name := range o.runs {
		r, closeRun, err := openResult(ctx, s.runs(c), name)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, closeRun()) }()
		root, err := os.OpenRoot(r.dir)
		if err != nil {
			return usage(err)
		}
		defer func() { err = errors.Join(err, root.Close()) }()
		in.Runs = append(in.Runs, packet.Run{Record: r.record, Whole: r.whole, Folder: root.FS()})
	}
	campaign, wrong, err := o.campaign(s, c, in)
	if err != nil {
		return err
	}
	missing := append(campaign.Shortfalls(), wrong...)
	if o.demo && !campaign.Matrix.Run.Simulated {
		return &statusError{exitFailed, errors.New("--demo is for simulated runs, and no run here is one\n  hint: leave --demo away")}
	}
	if !o.demo {
		missing = append(missing, campaign.TooOld(time.Now())...)
		s.warnLeftOut(ctx, s.runs(c), campaign)
	}
	said := builtPacket{Schema: "ffscert/packet-build/v1", Demonstration: o.demo, SubmitByUTC: campaign.SubmitBy(), Missing: append([]packet.Shortfall{}, missing...)}
	if len(missing) > 0 && (!o.demo || len(wrong) > 0) {
		return o.refused(s, said)
	}
	if key == nil { // what is missing is said first
		return usagef("packet build needs a key to sign with: --key FILE, or %s\n  hint: `openssl genpkey -algorithm ed25519 -out packet-key.pem` makes one", packetKeyVariable)
	}
	if o.out == "" {
		o.out = "ffs-packet-" + campaign.Runs[len(campaign.Runs)-1].Record.ID + ".zip"
	}
	files, err := o.make(s, campaign, key)
	if err != nil {
		return err
	}
	said.Packet, said.PublicKey = s.shown(s.path(o.out)), packet.PublicKey(key)
	return o.built(s, said, files)
}

// make makes the packet and returns how many files are in it. One that is there
// already, byte by byte, is left as it is.
func (o packetOptions) make(s *state, campaign *packet.Campaign, key ed25519.PrivateKey) (n int, err error) {
	out := s.path(o.out)
	spool, err := packet.NewSpool(filepath.Dir(out))
	if err != nil {
		return 0, usage(err)
	}
	defer func() { err = errors.Join(err, spool.Close()) }()
	files, err := campaign.Files(spool)
	if err != nil {
		return 0, &statusError{exitFailed, fmt.Errorf("no packet is made: %w", err)}
	}
	manifest := campaign.Manifest(files)
	write := func(w io.Writer) error { return packet.Write(w, manifest, files, key, spool) }
	if info, err := os.Stat(out); err == nil && info.Mode().IsRegular() {
		same, err := sameFile(out, info.Size(), write)
		if err != nil {
			return 0, &statusError{exitFailed, err}
		}
		if same {
			return len(files), nil
		}
	}
	return len(files), s.putNewBy(o.out, write, o.force, false)
}

// packetMemory is what the collector of garbage holds the making of a packet
// down to, as far as that is possible.
const packetMemory = 160 << 20

func sameFile(name string, size int64, write func(io.Writer) error) (same bool, err error) {
	f, err := os.Open(name)
	if err != nil {
		return false, nil // it will be said when it is written
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return packet.Same(f, size, write)
}

// readKey reads the private key: from the file, from the environment, or, for a
// demonstration, the one that everybody has. Without any it is nil.
func (o packetOptions) readKey(s *state) (ed25519.PrivateKey, error) {
	where, data := o.key, []byte(nil)
	switch text := s.Getenv(packetKeyVariable); {
	case o.key != "":
		var err error
		if data, err = readBounded(s.path(o.key), 64<<10); err != nil {
			return nil, usagef("the key cannot be read: %w", err)
		}
	case text != "":
		where, data = packetKeyVariable, []byte(text)
	case o.demo:
		return packet.DemoKey(), nil
	default:
		return nil, nil
	}
	key, err := packet.ParseKey(data)
	if err != nil {
		return nil, usagef("%s: %w\n  hint: `openssl genpkey -algorithm ed25519 -out packet-key.pem` makes one", where, err)
	}
	if packet.PublicKey(key) == packet.PublicKey(packet.DemoKey()) && !o.demo {
		return nil, usagef("%s: this is the key of demonstrations, which everybody has", where)
	}
	return key, nil
}

// refused says what is missing, and that no packet was made.
func (o packetOptions) refused(s *state, said builtPacket) error {
	if o.json {
		if err := writeJSON(s, said); err != nil {
			return err
		}
		return &statusError{exitFailed, nil}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "no packet is made, %d reasons:", len(said.Missing))
	if len(said.Missing) == 1 {
		b.Reset()
		b.WriteString("no packet is made:")
	}
	for _, m := range said.Missing {
		b.WriteString("\n  - " + m.Message)
	}
	return &statusError{exitFailed, errors.New(b.String())}
}

func (o packetOptions) built(s *state, said builtPacket, files int) error {
	if o.json {
		return writeJSON(s, said)
	}
	fmt.Fprintln(s.Stdout, printable(said.Packet))
	if s.quiet {
		return nil
	}
	fmt.Fprintf(s.Stderr, "%d files, signed with Ed25519; public key: %s\n", files, said.PublicKey)
	if said.Demonstration {
		fmt.Fprintln(s.Stderr, "DEMONSTRATION: this packet proves nothing for a certification; a real one would be refused, because")
		for _, m := range said.Missing {
			fmt.Fprintln(s.Stderr, printable("  - "+m.Message))
		}
		return nil
	}
	if said.SubmitByUTC != nil {
		fmt.Fprintf(s.Stderr, "submit it no later than %s UTC\n", said.SubmitByUTC.Format("2006-01-02 15:04"))
	}
	return nil
}

// warnLeftOut names the other runs of the same product and plan: whoever submits
// must know what they leave out.
func (s *state) warnLeftOut(ctx context.Context, runsDir string, c *packet.Campaign) {
	entries, err := journal.List(ctx, runsDir)
	if err != nil || s.quiet {
		return
	}
	in := map[string]bool{}
	for _, r := range c.Runs {
		in[r.Record.ID] = true
	}
	var out []string
	for _, e := range entries {
		h := e.Header
		if e.Err == nil && !in[e.ID] && !h.Simulated && h.Plan.ID == c.Joined.Plan.ID && h.Product.DeviceName == c.Joined.Product.DeviceName && h.Product.Firmware == c.Joined.Product.Firmware {
			out = append(out, e.ID)
		}
	}
	if len(out) > 0 {
		fmt.Fprintf(s.Stderr, "note: other runs of this product, firmware and plan are not in the packet: %s\n", strings.Join(out, ", "))
	}
}
