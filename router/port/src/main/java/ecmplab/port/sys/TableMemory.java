package ecmplab.port.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Memory for tables that packets look things up in, at random places. Large ones are asked of the kernel in huge pages, which it gives
 * when {@code transparent_hugepage} is not {@code never}: with small ones a lookup waits for the page table as well as for the entry.
 */
public final class TableMemory {
    private static final long HUGE_PAGE = 2 << 20;
    private static final long CACHE_LINE = 64;

    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int MADV_HUGEPAGE = 14;

    private static final MethodHandle MADVISE = Linux.intCall("madvise", JAVA_LONG, JAVA_LONG, JAVA_INT);

    private TableMemory() {}

    /** Zeroed memory that starts with a cache line and lives as long as the arena. */
    public static MemorySegment allocate(long octets, Arena arena) {
        if (octets < HUGE_PAGE) {
            return arena.allocate(octets, CACHE_LINE);
        }
        // Not from the arena: it would fault all in, as small pages, before the kernel can be told.
        long mapped = octets + HUGE_PAGE;
        long address = map(mapped);
        long start = address + HUGE_PAGE - 1 & -HUGE_PAGE;
        adviseHugePages(start, octets);
        return MemorySegment.ofAddress(start).reinterpret(octets, arena, ignored -> Linux.munmap(address, mapped));
    }

    private static long map(long octets) {
        long address = Linux.mmap(octets, MAP_PRIVATE_ANONYMOUS, -1, 0);
        if (address < 0) {
            throw new OutOfMemoryError("no memory for a table of " + octets + " octets");
        }
        return address;
    }

    /** A kernel that refuses leaves small pages, which are right too. */
    @SuppressWarnings("UnusedVariable") // an exact invocation needs a result
    private static void adviseHugePages(long address, long octets) {
        try {
            int ignored = (int) MADVISE.invokeExact(Linux.CAPTURED.get(), address, octets, MADV_HUGEPAGE);
        } catch (Throwable thrown) {
            throw Linux.impossible(thrown);
        }
    }
}
