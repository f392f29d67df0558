/**
 * The database engine: tables, transactions with all constraints of RFC 7047 section 5.2, history of transactions, and the
 * journal on disk, whose format is that of Open vSwitch's standalone database files. A database belongs to one thread.
 */
@NullMarked
package ecmplab.ovsdb.database;

import org.jspecify.annotations.NullMarked;
