/** The network controller's database: its schema. What writes it and what reads it are the packages below. */
@NullMarked
package ecmplab.controller;

import org.jspecify.annotations.NullMarked;
