package tools.choco.onboarding.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Sends bytes as they are, for requests that no HTTP client would make. */
public final class RawHttp {

    private static final int WAIT_MILLIS = 20_000;
    private static final int DRIP_MILLIS = 20;

    private RawHttp() {}

    /** A chunk of a chunked body. */
    public static String chunk(String text) {
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        return Integer.toHexString(length) + "\r\n" + text + "\r\n";
    }

    /** Sends a request and reads the answer up to the end of the connection. */
    public static Answer send(String address, String request) {
        return send(address, request.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Sends bytes and reads the answer up to the end of the connection; status 0 if there is none.
     */
    public static Answer send(String address, byte[] request) {
        URI uri = URI.create(address);
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(WAIT_MILLIS);
            try {
                socket.getOutputStream().write(request);
                socket.getOutputStream().flush();
                socket.shutdownOutput();
            } catch (SocketException closedEarly) {
                // The service may answer and hang up before it has read everything.
            }
            return answer(readAll(socket.getInputStream()));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Sends the head of a request, and a byte of its body now and then until it is answered. */
    public static Answer drip(String address, String head) {
        URI uri = URI.create(address);
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(DRIP_MILLIS);
            socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
            PushbackInputStream in = new PushbackInputStream(socket.getInputStream());
            int first = -1;
            for (int sent = 0; first < 0 && sent < WAIT_MILLIS / DRIP_MILLIS; sent++) {
                socket.getOutputStream().write(' ');
                try {
                    first = in.read();
                } catch (SocketTimeoutException notYet) {
                    // That was the pause.
                }
            }
            if (first < 0) {
                return answer("");
            }
            in.unread(first);
            socket.setSoTimeout(WAIT_MILLIS);
            socket.shutdownOutput();
            return answer(readAll(in));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static String readAll(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
        } catch (SocketException reset) {
            // What came before counts.
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    private static Answer answer(String text) {
        String[] parts = text.split("\r\n\r\n", 2);
        String[] lines = parts[0].split("\r\n", -1);
        if (lines[0].split(" ", -1).length < 2) {
            return new Answer(0, Map.of(), text);
        }
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (int i = 1; i < lines.length; i++) {
            String[] header = lines[i].split(": ?", 2);
            headers.computeIfAbsent(header[0].toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(header.length > 1 ? header[1] : "");
        }
        String body = parts.length > 1 ? parts[1] : "";
        boolean chunked = headers.getOrDefault("transfer-encoding", List.of()).contains("chunked");
        return new Answer(
                Integer.parseInt(lines[0].split(" ", -1)[1]),
                headers,
                chunked ? joined(body) : body);
    }

    private static String joined(String chunks) {
        StringBuilder body = new StringBuilder();
        byte[] bytes = chunks.getBytes(StandardCharsets.UTF_8);
        int at = 0;
        while (at < bytes.length) {
            int end = at;
            while (end < bytes.length && bytes[end] != '\r') {
                end++;
            }
            int length =
                    Integer.parseInt(
                            new String(bytes, at, end - at, StandardCharsets.US_ASCII), 16);
            body.append(new String(bytes, end + 2, length, StandardCharsets.UTF_8));
            at = end + 2 + length + 2;
        }
        return body.toString();
    }
}
