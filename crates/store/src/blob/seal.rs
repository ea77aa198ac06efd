//! What vouches for a file: the digest of the whole, and one of each block, so that any part is verified by itself.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use vitrina_domain::canonical::Digest;

/// How many bytes are read and verified at a time.
pub(crate) const BLOCK: u64 = 1 << 20;

/// The bytes of a digest.
const DIGEST: usize = 32;

/// A file's digest, length and the digests of its blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// The SHA-256 of the whole file, by which it is addressed.
    pub digest: Digest,
    /// Its length in bytes.
    pub length: u64,
    /// The digests of the blocks, one behind the other; none where the digest of the whole is that of its one block.
    pub(crate) blocks: Bytes,
}

impl Seal {
    /// The seal of bytes that are at hand.
    pub fn of(bytes: &[u8]) -> Self {
        let mut sealing = Sealing::default();
        sealing.update(bytes);
        sealing.finish()
    }

    /// Where a block begins and ends.
    pub(crate) fn span(&self, block: u64) -> std::ops::Range<u64> {
        let start = block.saturating_mul(BLOCK).min(self.length);
        start..start.saturating_add(BLOCK).min(self.length)
    }

    /// Whether these bytes are that block.
    pub(crate) fn vouches(&self, block: u64, bytes: &[u8]) -> bool {
        let digest = Digest::of(bytes);
        if self.length <= BLOCK {
            return block == 0 && digest == self.digest;
        }
        let position = usize::try_from(block).unwrap_or(usize::MAX);
        self.blocks.chunks(DIGEST).nth(position).is_some_and(|expected| expected == digest.as_bytes())
    }

    /// Whether there are as many digests as blocks.
    pub(crate) fn is_complete(&self) -> bool {
        let blocks = if self.length <= BLOCK { 0 } else { self.length.div_ceil(BLOCK) };
        usize::try_from(blocks).ok().and_then(|blocks| blocks.checked_mul(DIGEST)) == Some(self.blocks.len())
    }
}

/// A seal in the making.
#[derive(Debug, Clone, Default)]
pub struct Sealing {
    whole: Sha256,
    block: Sha256,
    length: u64,
    blocks: Vec<u8>,
}

impl Sealing {
    /// Takes the next bytes of the file.
    pub fn update(&mut self, bytes: &[u8]) {
        self.whole.update(bytes);
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = BLOCK - self.length % BLOCK;
            let (now, later) = rest.split_at(usize::try_from(room).unwrap_or(usize::MAX).min(rest.len()));
            self.block.update(now);
            self.length += u64::try_from(now.len()).unwrap_or(u64::MAX);
            if self.length.is_multiple_of(BLOCK) {
                self.blocks.extend(self.block.finalize_reset());
            }
            rest = later;
        }
    }

    /// How many bytes were taken.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The seal of all that was taken.
    pub fn finish(mut self) -> Seal {
        if !self.length.is_multiple_of(BLOCK) {
            self.blocks.extend(self.block.finalize());
        }
        if self.length <= BLOCK {
            self.blocks.clear();
        }
        let digest = Digest::from_bytes(self.whole.finalize().into());
        Seal { digest, length: self.length, blocks: self.blocks.into() }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const WHOLE_BLOCK: usize = 1 << 20;

    fn bytes(length: usize) -> Vec<u8> {
        // No two blocks are alike.
        (0..251).cycle().take(length).collect()
    }

    #[rstest]
    #[case(0, 0)]
    #[case(1, 0)]
    #[case(WHOLE_BLOCK, 0)]
    #[case(WHOLE_BLOCK + 1, 2)]
    #[case(3 * WHOLE_BLOCK, 3)]
    fn every_block_is_vouched_for_however_the_bytes_came(#[case] length: usize, #[case] blocks: usize) {
        let bytes = bytes(length);
        let seal = Seal::of(&bytes);
        let mut pieces = Sealing::default();
        bytes.chunks(70_001).for_each(|piece| pieces.update(piece));
        assert_eq!(pieces.finish(), seal);
        assert_eq!((seal.digest, seal.blocks.len()), (Digest::of(&bytes), blocks * DIGEST));
        assert!(seal.is_complete());
        for (number, block) in (0..).zip(bytes.chunks(WHOLE_BLOCK)) {
            assert!(seal.vouches(number, block));
            assert!(!seal.vouches(number + 1, block));
            let mut torn = block.to_vec();
            torn[0] ^= 1;
            assert!(!seal.vouches(number, &torn) && !seal.vouches(number, &block[1..]));
        }
    }
}
