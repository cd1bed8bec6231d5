package tools.choco.onboarding.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.contract.ContractValidator;
import tools.choco.onboarding.contract.Exchange;

/**
 * A caller over HTTP. Every request and answer is checked against the contract, so a test that
 * passes also says that the documentation is right.
 */
public final class Client {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ContractValidator CONTRACT = ContractValidator.packaged();
    private static final Duration WAIT = Duration.ofSeconds(30);

    private final String address;
    private final @Nullable String token;
    private final List<String> headers;
    private final Duration patience;

    private Client(
            String address, @Nullable String token, List<String> headers, Duration patience) {
        this.address = address;
        this.token = token;
        this.headers = headers;
        this.patience = patience;
    }

    /** A caller without a token. */
    public static Client anonymous(String address) {
        return new Client(address, null, List.of(), WAIT);
    }

    /** The same caller with a token. */
    public Client withToken(String bearer) {
        return new Client(address, bearer, headers, patience);
    }

    /** The same caller with one more header on every request. */
    public Client with(String name, String value) {
        List<String> more = new ArrayList<>(headers);
        more.add(name);
        more.add(value);
        return new Client(address, token, more, patience);
    }

    /** The same caller, who gives up on a request that is not answered in time. */
    public Client waiting(Duration atMost) {
        return new Client(address, token, headers, atMost);
    }

    /** A caller with a token of the local issuer. */
    public Client as(String subject, String... scopes) {
        return withToken(localToken(subject, List.of(scopes), null));
    }

    /** A token of the local issuer; {@code extra} is appended to the body's members. */
    public String localToken(String subject, List<String> scopes, @Nullable String extra) {
        String body =
                "{\"sub\":\"%s\",\"scopes\":[\"%s\"]%s}"
                        .formatted(
                                subject,
                                String.join("\",\"", scopes),
                                extra == null ? "" : "," + extra);
        Answer answer = anonymous(address).waiting(patience).post("/local/token", body);
        if (answer.status() != 200) {
            throw new AssertionError(answer.toString());
        }
        return answer.required("/accessToken");
    }

    public Answer get(String target) {
        return checked("GET", target, null);
    }

    public Answer post(String target, @Nullable String body) {
        return checked("POST", target, body);
    }

    public Answer put(String target, String body) {
        return checked("PUT", target, body);
    }

    public Answer delete(String target) {
        return checked("DELETE", target, null);
    }

    /** Opens a stream, which must be answered with one. */
    public Watch watch(String target) {
        HttpRequest request = request("GET", target, null);
        try {
            HttpResponse<InputStream> response =
                    HTTP.send(request, HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                throw new AssertionError(
                        response.statusCode()
                                + " "
                                + new String(
                                        response.body().readAllBytes(), StandardCharsets.UTF_8));
            }
            return new Watch(
                    response.headers().map(),
                    response.body(),
                    text -> CONTRACT.check(Exchange.of(request, response, text)));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** A request that no operation of the contract is there for. */
    public Answer unrouted(String method, String target) {
        return send(method, target, null, CONTRACT::checkUnrouted);
    }

    /** A request whose answer nobody checks: for rubbish that no contract describes. */
    public Answer unchecked(String method, String target, @Nullable String body) {
        return send(method, target, body, exchange -> {});
    }

    private Answer checked(String method, String target, @Nullable String body) {
        return send(method, target, body, CONTRACT::check);
    }

    private interface Check {
        void check(Exchange exchange);
    }

    private HttpRequest request(String method, String target, @Nullable String body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address + target))
                        .timeout(patience)
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (!headers.isEmpty()) {
            // A header of the test replaces the one that is set anyway.
            for (int i = 0; i < headers.size(); i += 2) {
                request.setHeader(headers.get(i), headers.get(i + 1));
            }
        }
        return request.build();
    }

    private Answer send(String method, String target, @Nullable String body, Check check) {
        HttpRequest built = request(method, target, body);
        try {
            HttpResponse<String> response = HTTP.send(built, HttpResponse.BodyHandlers.ofString());
            check.check(Exchange.of(built, body, response));
            return new Answer(response.statusCode(), response.headers().map(), response.body());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
