package ecmplab.bgp.conformance;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A BGP speaker under test: in AS 65001 with BGP Identifier 10.0.0.1, taking connections of all {@link Profile.Pool pools}. */
interface SubjectSpeaker extends AutoCloseable {
    int ASN = 65_001;

    /** As the columns of tables are headed. */
    String title();

    /** Where it listens. */
    InetSocketAddress address();

    /** Whether the speaker can have neighbours as those of the pool. */
    default boolean supports(Profile.Pool pool) {
        return true;
    }

    /** Lets a peer of the pool connect from the address, which it did not before. */
    void expect(Profile.Pool pool, InetAddress peer);

    @Override
    void close() throws Exception;
}
