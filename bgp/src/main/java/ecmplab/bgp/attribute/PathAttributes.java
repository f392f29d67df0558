package ecmplab.bgp.attribute;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The path attributes of a route as records, at most one of a type, in ascending type order. Its wire form is the attribute block
 * that {@link ecmplab.bgp.rib.RouteBatch} describes, so equal attributes have equal octets.
 *
 * @param partial types, of those we know, whose Partial bit a router before us has set, and nobody may clear (RFC 4271 section 5)
 */
public record PathAttributes(List<PathAttribute> list, Set<Integer> partial) {
    /** @throws IllegalArgumentException when two are of a type */
    public PathAttributes {
        partial = Set.copyOf(partial);
        list = list.stream()
                .sorted(Comparator.comparingInt(PathAttribute::type))
                .toList();
        for (int i = 1; i < list.size(); i++) {
            if (list.get(i - 1).type() == list.get(i).type()) {
                throw new IllegalArgumentException(
                        AttributeType.name(list.get(i).type()) + " occurs twice in " + list);
            }
        }
    }

    /** @throws IllegalArgumentException when two are of a type */
    public PathAttributes(List<PathAttribute> list) {
        this(list, Set.of());
    }

    public static PathAttributes of(PathAttribute... attributes) {
        return new PathAttributes(List.of(attributes));
    }

    public <T extends PathAttribute> Optional<T> find(Class<T> kind) {
        return list.stream().filter(kind::isInstance).map(kind::cast).findFirst();
    }

    /** With the attribute in place of one of its type. */
    public PathAttributes with(PathAttribute attribute) {
        var others = without(attribute.type());
        var changed = new ArrayList<>(others.list);
        changed.add(attribute);
        return new PathAttributes(changed, others.partial);
    }

    /** Without the attribute of that type code, if there is one. */
    public PathAttributes without(int type) {
        return new PathAttributes(
                list.stream().filter(attribute -> attribute.type() != type).toList(),
                partial.stream().filter(other -> other != type).collect(Collectors.toSet()));
    }

    /** The attribute block. */
    public byte[] encode() {
        return AttributeBlock.write(this);
    }

    /**
     * Reads an attribute block, as {@link #encode} or an {@link UpdateDecoder} made it.
     *
     * @throws IllegalArgumentException when it is not one
     */
    public static PathAttributes parse(byte[] block, int from, int length) {
        return AttributeBlock.read(block, from, length);
    }

    public static PathAttributes parse(byte[] block) {
        return parse(block, 0, block.length);
    }

    /** The attributes of {@code collection}, in any order. */
    public static PathAttributes of(Collection<? extends PathAttribute> collection) {
        return new PathAttributes(List.copyOf(collection));
    }
}
