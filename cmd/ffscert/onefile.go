package main

import "io/fs"

// oneFile is a folder of which only one file is seen.
type oneFile struct {
	fs.FS
	name string
}

func (o oneFile) ReadDir(dir string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(o.FS, dir)
	var mine []fs.DirEntry
	for _, e := range all {
		if dir == "." && e.Name() == o.name {
			mine = append(mine, e)
		}
	}
	return mine, err
}
