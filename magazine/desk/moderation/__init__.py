"""What readers have sent, on its way to a page or into oblivion: opened, looked at, decided on the editor's machine."""
