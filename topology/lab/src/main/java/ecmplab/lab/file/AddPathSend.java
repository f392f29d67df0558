package ecmplab.lab.file;

import ecmplab.bgp.rib.PeerTerms;

/** How many paths of a prefix a neighbour is told: {@code all} or {@code best 4}. */
record AddPathSend(int most) {
    static final Scalar<AddPathSend> SCALAR =
            new Scalar<>("'all' or 'best N'", new Scalar.Form.Matching("^(all|best +[0-9]+)$"), AddPathSend::parse);

    private static AddPathSend parse(String text) {
        if (text.equals("all")) {
            return new AddPathSend(PeerTerms.ALL_PATHS);
        }
        if (text.matches("best +[0-9]{1,3}")) {
            int most = Integer.parseInt(text.substring(4).strip());
            if (most >= 1 && most <= 256) {
                return new AddPathSend(most);
            }
        }
        throw new IllegalArgumentException("'" + text + "': must be 'all' or 'best N', N from 1 to 256");
    }
}
