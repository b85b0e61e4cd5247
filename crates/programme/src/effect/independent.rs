//! The largest sum of sizes of which no two stand beside each other.

/// Up to so many are searched in full; beyond, the answer is a lower bound by the largest first.
const SEARCHED_MOST: usize = 30;

/// The largest sum of sizes, 0 or more, over members of which no two are beside each other (the heaviest independent set): by trying both
/// ways for each member, largest first, and cutting where what is left cannot reach the best.
pub(super) fn most_apart(sizes: &[f64], beside: impl Fn(usize, usize) -> bool) -> f64 {
    let mut order: Vec<usize> = (0..sizes.len()).filter(|at| sizes[*at] > 0.0).collect();
    order.sort_by(|a, b| sizes[*b].total_cmp(&sizes[*a]).then(a.cmp(b)));
    let largest_first = {
        let mut taken: Vec<usize> = Vec::new();
        for at in &order {
            if taken.iter().all(|other| !beside(*other, *at)) {
                taken.push(*at);
            }
        }
        taken.iter().map(|at| sizes[*at]).sum::<f64>()
    };
    if order.len() > SEARCHED_MOST {
        return largest_first;
    }
    let mut best = largest_first;
    let mut open = vec![(0.0, order)];
    while let Some((sum, left)) = open.pop() {
        if sum > best {
            best = sum;
        }
        if sum + left.iter().map(|at| sizes[*at]).sum::<f64>() <= best {
            continue;
        }
        let Some((first, rest)) = left.split_first() else { continue };
        open.push((sum, rest.to_vec()));
        let apart = rest.iter().copied().filter(|at| !beside(*first, *at)).collect();
        open.push((sum + sizes[*first], apart));
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_gives_way_to_both_ends() {
        let chain = |a: usize, b: usize| a.abs_diff(b) == 1;
        assert_eq!(most_apart(&[2.0, 3.0, 2.0], chain), 4.0);
        assert_eq!(most_apart(&[2.0, 5.0, 2.0], chain), 5.0);
        assert_eq!(most_apart(&[], chain), 0.0);
        // All beside all: the largest alone.
        assert_eq!(most_apart(&[1.0; 60], |_, _| true), 1.0);
    }
}
