//! Which addresses are of the internet: what callers name is asked there alone, and not in the operator's own network. And by which
//! address callers are told apart whom nobody knows.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::HeaderMap;

/// Whether an address belongs to the public internet (IANA special-purpose registries, RFC 6890). Those of version 6 that stand for
/// one of version 4 (6to4, Teredo, NAT64) do not: what they lead to is not to be seen in them.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let benchmark = a == 198 && (b == 18 || b == 19);
            let protocol = a == 192 && b == 0 && c == 0;
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_unspecified()
                || ip.is_broadcast()
                || ip.is_multicast()
                || ip.is_documentation()
                || shared
                || benchmark
                || protocol
                || a == 0
                || a >= 240)
        }
        IpAddr::V6(ip) => {
            if let Some(mapped) = ip.to_ipv4_mapped() {
                return is_public(IpAddr::V4(mapped));
            }
            let [first, second, ..] = ip.segments();
            let global = (0x2000..0x4000).contains(&first);
            let documentation = first == 0x2001 && second == 0x0db8;
            let teredo_or_6to4 = (first == 0x2001 && second == 0) || first == 0x2002;
            global && !documentation && !teredo_or_6to4
        }
    }
}

/// The address by which what a caller has is counted. A proxy in the operator's own network says in the last part of
/// `X-Forwarded-For` for whom it speaks; what stands before that, and what others say, may be made up. Who has one address of
/// version 6 has all of its network (/64), so these count as one.
pub fn of_caller(peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let told = || {
        let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        last.rsplit(',').next()?.trim().parse().ok()
    };
    let peer = peer.to_canonical();
    let address: IpAddr = if is_public(peer) { peer } else { told().unwrap_or(peer) };
    match address.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & (u128::MAX << 64))),
        ip @ IpAddr::V4(_) => ip,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_proxy_of_ours_speaks_for_others_and_a_stranger_does_not() {
        let of = |peer: &str, told: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for text in told {
                headers.append("x-forwarded-for", HeaderValue::from_static(text));
            }
            of_caller(peer.parse().unwrap(), &headers).to_string()
        };
        assert_eq!(of("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(of("127.0.0.1", &["8.8.8.8, 193.190.130.15"]), "193.190.130.15");
        assert_eq!(of("::ffff:10.0.0.2", &["8.8.8.8", "193.190.130.15"]), "193.190.130.15");
        assert_eq!(of("10.0.0.2", &["unknown"]), "10.0.0.2");
        assert_eq!(of("193.190.130.15", &["8.8.8.8"]), "193.190.130.15");
        assert_eq!(of("2a02:2788:1:2:3:4:5:6", &[]), of("2a02:2788:1:2::9", &[]));
        assert_ne!(of("2a02:2788:1:2::9", &[]), of("2a02:2788:1:3::9", &[]));
    }

    #[test]
    fn private_addresses_are_told_from_public_ones() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "172.16.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "224.0.0.1",
            "2002:7f00:1::",
            "2001::7f00:1",
            "64:ff9b::7f00:1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in ["193.190.130.15", "2a02:2788::1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }
}
