//! Files are uploaded, tried out, carried out and undone.
