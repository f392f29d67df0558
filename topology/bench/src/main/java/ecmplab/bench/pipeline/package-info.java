/**
 * What a packet costs in the pipelines of router, MUX and host agent, without input and output: bursts of frames in memory go in, what comes out is
 * thrown away. Measured by JMH; {@link ecmplab.bench.pipeline.Pipelines} runs all and prints a table.
 */
@NullMarked
package ecmplab.bench.pipeline;

import org.jspecify.annotations.NullMarked;
