package android

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// intent is what `am` makes of its arguments.
type intent struct {
	action, data, mime, component, pkg, flags string
	categories                                []string
	extras                                    map[string]string
	wait, stop                                bool
	unknown                                   string
}

// String is how Android prints an intent.
func (in intent) String() string {
	var p []string
	add := func(k, v string) {
		if v != "" {
			p = append(p, k+"="+v)
		}
	}
	add("act", in.action)
	if len(in.categories) > 0 {
		add("cat", "["+strings.Join(in.categories, ",")+"]")
	}
	add("dat", in.data)
	add("typ", in.mime)
	if in.flags != "" {
		if n, err := strconv.ParseUint(in.flags, 0, 32); err == nil {
			add("flg", fmt.Sprintf("%#x", n))
		}
	}
	add("pkg", in.pkg)
	if in.component != "" {
		pkg, act := splitComponent(in.component)
		add("cmp", pkg+"/"+shortActivity(pkg, act))
	}
	s := "Intent { " + strings.Join(p, " ")
	if len(in.extras) > 0 {
		s += " (has extras)"
	}
	return s + " }"
}

// splitComponent gives package and fully qualified class.
func splitComponent(c string) (pkg, class string) {
	pkg, class, _ = strings.Cut(c, "/")
	if strings.HasPrefix(class, ".") {
		class = pkg + class
	}
	return pkg, class
}

// shortActivity leaves the package out of a class in it, as dumps do.
func shortActivity(pkg, class string) string {
	if rest, ok := strings.CutPrefix(class, pkg); ok && strings.HasPrefix(rest, ".") {
		return rest
	}
	return class
}

func parseIntent(args []string) intent {
	in := intent{extras: map[string]string{}}
	for i := 0; i < len(args); i++ {
		next := func() string {
			if i+1 < len(args) {
				i++
				return args[i]
			}
			return ""
		}
		switch a := args[i]; a {
		case "-a":
			in.action = next()
		case "-d":
			in.data = next()
		case "-t":
			in.mime = next()
		case "-c":
			in.categories = append(in.categories, next())
		case "-n":
			in.component = next()
		case "-p":
			in.pkg = next()
		case "-f":
			in.flags = next()
		case "-W":
			in.wait = true
		case "-S":
			in.stop = true
		case "-i", "-R", "-P", "--user", "--display", "--windowingMode", "--activityType", "--receiver-permission",
			"--sampling", "--start-profiler", "--task", "--attach-agent":
			next()
		case "--esn":
			in.extras[next()] = ""
		case "-e", "--es", "--ez", "--ei", "--el", "--ef", "--eu", "--ecn", "--eia", "--eial", "--ela", "--elal",
			"--efa", "--efal", "--esa", "--esal", "--ed":
			k := next()
			in.extras[k] = next()
		default:
			switch {
			case strings.HasPrefix(a, "-"): // a switch without a value
				if in.unknown == "" && !strings.HasPrefix(a, "--") && !slices.Contains([]string{"-D", "-N"}, a) {
					in.unknown = a
				}
			case strings.Contains(a, ":"):
				in.data = a
			case strings.Contains(a, "/"):
				in.component = a
			default:
				in.pkg = a
			}
		}
	}
	return in
}
