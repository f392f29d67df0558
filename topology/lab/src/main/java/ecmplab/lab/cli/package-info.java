/**
 * The {@code lab} command. Standard output is data, standard error progress and problems; exit codes are those of
 * {@link ecmplab.lab.cli.Exit}. {@code show} and {@code wait}, which scripts call again and again, are answered before
 * picocli and Jackson are loaded.
 */
@NullMarked
package ecmplab.lab.cli;

import org.jspecify.annotations.NullMarked;
