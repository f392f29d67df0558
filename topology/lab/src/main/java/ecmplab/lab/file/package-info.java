/** The lab file: its records, its strict loader with a place for every error, and its JSON form. Starts nothing. */
@NullMarked
package ecmplab.lab.file;

import org.jspecify.annotations.NullMarked;
