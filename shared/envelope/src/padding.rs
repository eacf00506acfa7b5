//! Owns how much zero padding hides a message's length: Padmé (Nikitin et al., PETS 2019, section 4).

/// Shortest padded length, in bytes: all short messages look alike.
pub const LEAST: u64 = 4096;

/// Length after padding: `padmé(max(len, 4096))`; leaks O(log log len) bits and costs at most 12 %.
///
/// `E = ⌊log2 L⌋, S = ⌊log2 E⌋ + 1`; the last `E − S` bits of the result are zero. `len` counts the whole plaintext of
/// the stream before padding: index length, index JSON and message.
#[must_use]
pub fn padded_len(len: u64) -> u64 {
    let len = if len < LEAST { LEAST } else { len };
    let exponent = len.ilog2();
    let significant = exponent.ilog2() + 1;
    let low_bits = (1_u64 << (exponent - significant)) - 1;
    // Only near 2^64 is there no rounded length; no envelope is that long.
    len.checked_add(low_bits)
        .map_or(u64::MAX, |rounded| rounded & !low_bits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_round_up_as_the_paper_says() {
        for (len, padded) in [
            (0, 4096),
            (1, 4096),
            (4096, 4096),
            (4097, 4352), // E = 12, S = 4: multiples of 256
            (4352, 4352),
            (8191, 8192),
            (8193, 8704),               // E = 13, S = 4: multiples of 512
            (1_000_000, 1_015_808),     // E = 19, S = 5: multiples of 16 KiB
            (150_000_000, 150_994_944), // E = 27, S = 5: multiples of 4 MiB
            (u64::MAX, u64::MAX),
        ] {
            assert_eq!(padded_len(len), padded, "{len}");
        }
    }

    proptest! {
        #[test]
        fn padding_never_shortens_costs_at_most_12_percent_and_is_stable(len in LEAST..1 << 50) {
            let padded = padded_len(len);
            prop_assert!(padded >= len);
            prop_assert!(padded - len <= len * 12 / 100);
            prop_assert_eq!(padded_len(padded), padded);
        }
    }
}
