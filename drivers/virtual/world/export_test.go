package world

// Rename is what a customer may do in the app.
func Rename(w *World, id, name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.find(id).Name = name
}
