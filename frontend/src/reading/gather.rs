//! Owns which segments hold which plaintext: pure arithmetic, so that no segment is decrypted twice for one request.

use std::ops::Range;

use sealpost_envelope::{Layout, layout::Segment};

/// One segment to decrypt, and what to take of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// The segment.
    pub(super) segment: Segment,
    /// Ranges of its plaintext, from its own start, in the order they were asked for.
    pub(super) cuts: Vec<Range<u32>>,
}

/// The steps that yield `ranges` (of the stream's plaintext) one after the other; `None` where one is out of bounds.
/// Neighbouring ranges of one segment share its step.
pub(super) fn steps(layout: &Layout, ranges: &[Range<u64>]) -> Option<Vec<Step>> {
    let mut steps: Vec<Step> = Vec::new();
    for range in ranges {
        if range.start > range.end || range.end > layout.plaintext_len() {
            return None;
        }
        for segment in layout.segments_of(range.clone()) {
            let held = segment.plaintext.clone();
            let from = range.start.max(held.start) - held.start;
            let to = range.end.min(held.end) - held.start;
            let cut = u32::try_from(from).ok()?..u32::try_from(to).ok()?;
            match steps.last_mut() {
                Some(step) if step.segment.index == segment.index => step.cuts.push(cut),
                _ => steps.push(Step {
                    segment,
                    cuts: vec![cut],
                }),
            }
        }
    }
    Some(steps)
}

#[cfg(test)]
mod tests {
    use sealpost_envelope::Layout;

    use super::*;

    const MIB: u64 = 1 << 20;
    /// Plaintext of the first segment: 1 MiB less stream header and tag.
    const FIRST: u64 = MIB - 56;

    fn layout() -> Layout {
        Layout::for_plaintext(200, 3 * MIB)
    }

    /// Plays the steps on a plaintext whose byte `i` is `i % 251`.
    fn play(ranges: &[Range<u64>]) -> Vec<u64> {
        let mut bytes = Vec::new();
        for step in steps(&layout(), ranges).unwrap() {
            for cut in step.cuts {
                let start = step.segment.plaintext.start;
                bytes.extend((start + u64::from(cut.start))..(start + u64::from(cut.end)));
            }
        }
        bytes
    }

    #[test]
    fn ranges_come_out_whole_and_in_order() {
        let whole = 0..3 * MIB;
        let seam = FIRST - 1..FIRST + 1;
        let scattered = [4..10, 20..30, FIRST - 5..FIRST + 5, 2 * MIB..3 * MIB];
        for ranges in [&[whole][..], &[seam], &scattered] {
            let expected: Vec<u64> = ranges.iter().cloned().flatten().collect();
            assert_eq!(play(ranges), expected, "{ranges:?}");
        }
    }

    #[test]
    fn neighbouring_ranges_share_a_segment() {
        let steps = steps(
            &layout(),
            &[0..4, 10..20, 30..FIRST + 1, FIRST + 9..FIRST + 10],
        )
        .unwrap();
        let shape: Vec<_> = steps
            .iter()
            .map(|s| (s.segment.index, s.cuts.len()))
            .collect();
        assert_eq!(shape, [(0, 3), (1, 2)]);
    }

    #[test]
    fn an_empty_range_needs_no_segment() {
        let empty = 7..7;
        assert_eq!(steps(&layout(), &[empty]), Some(vec![]));
        assert_eq!(steps(&layout(), &[]), Some(vec![]));
    }

    #[test]
    fn a_range_past_the_plaintext_is_refused() {
        let over = 0..3 * MIB + 1;
        assert_eq!(steps(&layout(), &[over]), None);
        assert_eq!(steps(&layout(), &[0..1, u64::MAX - 1..u64::MAX]), None);
        #[expect(clippy::reversed_empty_ranges, reason = "hostile input")]
        let reversed = 9..3;
        assert_eq!(steps(&layout(), &[reversed]), None);
    }
}
