//! How deep a lowering goes down a tree that it did not make.

/// Room on the stack for one level in a build without optimisation, in bytes.
const ROOM: usize = 128 << 10;

/// How much is added when there is less, in bytes.
const MORE: usize = 2 << 20;

/// Something that recurses with the tree it reads.
pub trait Recursion: Sized {
    /// The deepest level that is read.
    const DEEPEST: u32;

    /// How many levels are open.
    fn depth(&mut self) -> &mut u32;

    /// Reads what is one level deeper; `None` when that is too deep.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if *self.depth() >= Self::DEEPEST {
            return None;
        }
        *self.depth() += 1;
        let value = stacker::maybe_grow(ROOM, MORE, || read(self));
        *self.depth() -= 1;
        Some(value)
    }
}
