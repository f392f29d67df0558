/**
 * The values of OVSDB and their JSON form: atoms, sets and maps, column types with their constraints, schemas, conditions,
 * mutations and operations (RFC 7047 sections 3 and 5). Immutable; shared by client and server. Depends on Jackson only.
 */
@NullMarked
package ecmplab.ovsdb.data;

import org.jspecify.annotations.NullMarked;
