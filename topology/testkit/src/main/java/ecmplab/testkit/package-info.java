/** What the tests of every module share: declared needs, waiting for facts, hex text, seeded randomness. Test scope only. */
@NullMarked
package ecmplab.testkit;

import org.jspecify.annotations.NullMarked;
