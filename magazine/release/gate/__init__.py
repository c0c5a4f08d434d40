"""What a finished site must hold to before it is signed: one module for each kind of rule."""
