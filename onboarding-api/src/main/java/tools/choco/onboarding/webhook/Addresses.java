package tools.choco.onboarding.webhook;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/** Which addresses are in the public internet, after the special-purpose registries of IANA. */
final class Addresses {

    private static final List<Range> SPECIAL_4 =
            ranges(
                    "0.0.0.0/8", // this network
                    "10.0.0.0/8", // private
                    "100.64.0.0/10", // carrier-grade NAT
                    "127.0.0.0/8", // loopback
                    "169.254.0.0/16", // link-local, metadata services
                    "172.16.0.0/12", // private
                    "192.0.0.0/24", // protocol assignments
                    "192.0.2.0/24", // documentation
                    "192.88.99.0/24", // 6to4 relays
                    "192.168.0.0/16", // private
                    "198.18.0.0/15", // benchmarks
                    "198.51.100.0/24", // documentation
                    "203.0.113.0/24", // documentation
                    "224.0.0.0/4", // multicast
                    "240.0.0.0/4"); // reserved, broadcast

    /** Loopback, ULA, link-local, multicast, mapped IPv4 and NAT64 are all outside of it. */
    private static final Range GLOBAL_6 = range("2000::/3");

    private static final List<Range> SPECIAL_6 =
            ranges(
                    "2001::/23", // protocol assignments, Teredo
                    "2001:db8::/32", // documentation
                    "2002::/16", // 6to4
                    "3fff::/20"); // documentation

    private Addresses() {}

    /** Whether an address is one of the public internet that stands for no other address. */
    static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        return switch (address) {
            case Inet4Address v4 -> SPECIAL_4.stream().noneMatch(it -> it.contains(bytes));
            case Inet6Address v6 ->
                    GLOBAL_6.contains(bytes)
                            && SPECIAL_6.stream().noneMatch(it -> it.contains(bytes));
            default -> false;
        };
    }

    private static List<Range> ranges(String... cidrs) {
        return Arrays.stream(cidrs).map(Addresses::range).toList();
    }

    private static Range range(String cidr) {
        String[] parts = cidr.split("/", 2);
        try {
            return new Range(
                    InetAddress.getByName(parts[0]).getAddress(), Integer.parseInt(parts[1]));
        } catch (UnknownHostException noLiteral) {
            throw new IllegalArgumentException(cidr, noLiteral);
        }
    }

    /** The addresses that begin with the same bits. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares two of these.
    private record Range(byte[] first, int bits) {

        boolean contains(byte[] address) {
            if (address.length != first.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit % 8);
                if ((address[bit / 8] & mask) != (first[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }
}
