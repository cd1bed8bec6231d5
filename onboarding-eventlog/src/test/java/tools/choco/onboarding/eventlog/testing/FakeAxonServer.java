package tools.choco.onboarding.eventlog.testing;

import io.axoniq.axonserver.grpc.ErrorMessage;
import io.axoniq.axonserver.grpc.InstructionAck;
import io.axoniq.axonserver.grpc.ProcessingKey;
import io.axoniq.axonserver.grpc.command.Command;
import io.axoniq.axonserver.grpc.command.CommandProviderInbound;
import io.axoniq.axonserver.grpc.command.CommandProviderOutbound;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import io.axoniq.axonserver.grpc.command.CommandServiceGrpc;
import io.axoniq.axonserver.grpc.control.ClientIdentification;
import io.axoniq.axonserver.grpc.control.Heartbeat;
import io.axoniq.axonserver.grpc.control.PlatformInboundInstruction;
import io.axoniq.axonserver.grpc.control.PlatformInfo;
import io.axoniq.axonserver.grpc.control.PlatformOutboundInstruction;
import io.axoniq.axonserver.grpc.control.PlatformServiceGrpc;
import io.axoniq.axonserver.grpc.event.Confirmation;
import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.EventStoreGrpc;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import io.axoniq.axonserver.grpc.event.GetAggregateEventsRequest;
import io.axoniq.axonserver.grpc.event.GetEventsRequest;
import io.axoniq.axonserver.grpc.event.GetLastTokenRequest;
import io.axoniq.axonserver.grpc.event.GetTokenAtRequest;
import io.axoniq.axonserver.grpc.event.ReadHighestSequenceNrRequest;
import io.axoniq.axonserver.grpc.event.ReadHighestSequenceNrResponse;
import io.axoniq.axonserver.grpc.event.TrackingToken;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A fake that speaks the part of Axon Server's protocol that the service uses, on a free port of
 * loopback. It shows that our side of the protocol holds together, and says nothing about the real
 * server: how that stores, orders, times or fails is not in here.
 *
 * <p>What was stored stays while it is stopped.
 */
public final class FakeAxonServer implements AutoCloseable {

    private static final Metadata.Key<String> ERROR_CODE =
            Metadata.Key.of("AxonIQ-ErrorCode", Metadata.ASCII_STRING_MARSHALLER);

    private final int port;
    private final List<Event> log = new ArrayList<>();
    private final Map<String, Long> lastSequences = new HashMap<>();
    private final Set<Reader> readers = new HashSet<>();
    private final Map<String, TreeMap<String, Provider>> providers = new HashMap<>();
    private final Map<String, Pending> pending = new HashMap<>();
    private final Set<String> handledBy = new HashSet<>();
    private @Nullable Server server;

    private FakeAxonServer(int port) {
        this.port = port;
    }

    /** A server that does not run yet. */
    public static FakeAxonServer stopped() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new FakeAxonServer(free.getLocalPort());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** A server that runs. */
    public static FakeAxonServer started() {
        FakeAxonServer fake = stopped();
        fake.start();
        return fake;
    }

    /** Where it is, as {@code host:port}. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** Starts it on what it has stored. */
    public void start() {
        try {
            server =
                    NettyServerBuilder.forAddress(
                                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                            .addService(new Platform())
                            .addService(new Store())
                            .addService(new Commands())
                            .build()
                            .start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Ends it at once, with every call that is under way. */
    public void stop() {
        if (server != null) {
            server.shutdownNow();
            try {
                server.awaitTermination();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        synchronized (this) {
            readers.clear();
            providers.clear();
            pending.clear();
        }
    }

    /** Loses all that was stored; only while it does not run. */
    public synchronized void loseStore() {
        log.clear();
        lastSequences.clear();
    }

    /** What is stored. */
    public synchronized List<Event> events() {
        return List.copyOf(log);
    }

    /** Ids of the clients that have answered commands. */
    public synchronized Set<String> handledBy() {
        return Set.copyOf(handledBy);
    }

    @Override
    public void close() {
        stop();
    }

    private final class Platform extends PlatformServiceGrpc.PlatformServiceImplBase {

        @Override
        public void getPlatformServer(
                ClientIdentification client, StreamObserver<PlatformInfo> answer) {
            answer.onNext(PlatformInfo.newBuilder().setSameConnection(true).build());
            answer.onCompleted();
        }

        @Override
        public StreamObserver<PlatformInboundInstruction> openStream(
                StreamObserver<PlatformOutboundInstruction> out) {
            return new Ended<>(out) {
                @Override
                public void onNext(PlatformInboundInstruction instruction) {
                    var reply = PlatformOutboundInstruction.newBuilder();
                    if (instruction.hasHeartbeat()) {
                        reply.setHeartbeat(Heartbeat.getDefaultInstance());
                    } else {
                        reply.setAck(ack(instruction.getInstructionId()));
                    }
                    out.onNext(reply.build());
                }
            };
        }
    }

    private final class Store extends EventStoreGrpc.EventStoreImplBase {

        @Override
        public StreamObserver<Event> appendEvent(StreamObserver<Confirmation> answer) {
            List<Event> transaction = new ArrayList<>();
            return new StreamObserver<>() {
                @Override
                public void onNext(Event event) {
                    transaction.add(event);
                }

                @Override
                public void onError(Throwable abandoned) {
                    transaction.clear();
                }

                @Override
                public void onCompleted() {
                    if (store(transaction)) {
                        answer.onNext(Confirmation.newBuilder().setSuccess(true).build());
                        answer.onCompleted();
                    } else {
                        var trailers = new Metadata();
                        trailers.put(ERROR_CODE, "AXONIQ-2000");
                        answer.onError(
                                Status.OUT_OF_RANGE
                                        .withDescription("[AXONIQ-2000] Invalid sequence number")
                                        .asRuntimeException(trailers));
                    }
                }
            };
        }

        @Override
        public void listAggregateEvents(
                GetAggregateEventsRequest request, StreamObserver<Event> answer) {
            events().stream()
                    .filter(it -> it.getAggregateIdentifier().equals(request.getAggregateId()))
                    .filter(it -> it.getAggregateSequenceNumber() >= request.getInitialSequence())
                    .forEach(answer::onNext);
            answer.onCompleted();
        }

        @Override
        public StreamObserver<GetEventsRequest> listEvents(StreamObserver<EventWithToken> out) {
            return new Reader(out);
        }

        @Override
        public void readHighestSequenceNr(
                ReadHighestSequenceNrRequest request,
                StreamObserver<ReadHighestSequenceNrResponse> answer) {
            synchronized (FakeAxonServer.this) {
                answer.onNext(
                        ReadHighestSequenceNrResponse.newBuilder()
                                .setToSequenceNr(
                                        lastSequences.getOrDefault(request.getAggregateId(), -1L))
                                .build());
            }
            answer.onCompleted();
        }

        @Override
        public void getLastToken(
                GetLastTokenRequest request, StreamObserver<TrackingToken> answer) {
            answer.onNext(TrackingToken.newBuilder().setToken(events().size() - 1L).build());
            answer.onCompleted();
        }

        @Override
        public void getTokenAt(GetTokenAtRequest request, StreamObserver<TrackingToken> answer) {
            var events = events();
            int first = 0;
            while (first < events.size()
                    && events.get(first).getTimestamp() < request.getInstant()) {
                first++;
            }
            answer.onNext(TrackingToken.newBuilder().setToken(first).build());
            answer.onCompleted();
        }
    }

    private synchronized boolean store(List<Event> transaction) {
        Map<String, Long> next = new HashMap<>();
        for (Event event : transaction) {
            String id = event.getAggregateIdentifier();
            long last = next.getOrDefault(id, lastSequences.getOrDefault(id, -1L));
            if (event.getAggregateSequenceNumber() != last + 1) {
                return false;
            }
            next.put(id, last + 1);
        }
        lastSequences.putAll(next);
        log.addAll(transaction);
        readers.forEach(Reader::send);
        return true;
    }

    /** A stream of events to a client. */
    private final class Reader extends Ended<GetEventsRequest, EventWithToken> {

        private int next = -1;
        private long permits;

        Reader(StreamObserver<EventWithToken> out) {
            super(out);
        }

        @Override
        public void onNext(GetEventsRequest request) {
            synchronized (FakeAxonServer.this) {
                if (next < 0) {
                    next = (int) request.getTrackingToken();
                    readers.add(this);
                }
                permits += request.getNumberOfPermits();
                send();
            }
        }

        void send() {
            while (permits > 0 && next < log.size()) {
                out.onNext(
                        EventWithToken.newBuilder().setToken(next).setEvent(log.get(next)).build());
                next++;
                permits--;
            }
        }

        @Override
        void ended() {
            synchronized (FakeAxonServer.this) {
                readers.remove(this);
            }
        }
    }

    private record Pending(Provider provider, StreamObserver<CommandResponse> answer) {}

    private final class Commands extends CommandServiceGrpc.CommandServiceImplBase {

        @Override
        public StreamObserver<CommandProviderOutbound> openStream(
                StreamObserver<CommandProviderInbound> out) {
            return new Provider(out);
        }

        @Override
        public void dispatch(Command command, StreamObserver<CommandResponse> answer) {
            synchronized (FakeAxonServer.this) {
                var able = providers.getOrDefault(command.getName(), new TreeMap<>());
                if (able.isEmpty()) {
                    answer.onNext(failed(command.getMessageIdentifier(), "AXONIQ-4000"));
                    answer.onCompleted();
                    return;
                }
                var names = List.copyOf(able.keySet());
                String chosen =
                        names.get(Math.floorMod(routingKey(command).hashCode(), names.size()));
                handledBy.add(chosen);
                Provider provider = Objects.requireNonNull(able.get(chosen));
                pending.put(command.getMessageIdentifier(), new Pending(provider, answer));
                provider.out.onNext(
                        CommandProviderInbound.newBuilder().setCommand(command).build());
            }
        }

        private static String routingKey(Command command) {
            return command.getProcessingInstructionsList().stream()
                    .filter(it -> it.getKey() == ProcessingKey.ROUTING_KEY)
                    .map(it -> it.getValue().getTextValue())
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** An instance that handles commands. */
    private final class Provider extends Ended<CommandProviderOutbound, CommandProviderInbound> {

        Provider(StreamObserver<CommandProviderInbound> out) {
            super(out);
        }

        @Override
        public void onNext(CommandProviderOutbound message) {
            synchronized (FakeAxonServer.this) {
                if (message.hasSubscribe()) {
                    providers
                            .computeIfAbsent(
                                    message.getSubscribe().getCommand(), name -> new TreeMap<>())
                            .put(message.getSubscribe().getClientId(), this);
                    acknowledge(message);
                } else if (message.hasUnsubscribe()) {
                    providers
                            .getOrDefault(message.getUnsubscribe().getCommand(), new TreeMap<>())
                            .values()
                            .remove(this);
                    acknowledge(message);
                } else if (message.hasCommandResponse()) {
                    var response = message.getCommandResponse();
                    var asked = pending.remove(response.getRequestIdentifier());
                    if (asked != null) {
                        asked.answer.onNext(response);
                        asked.answer.onCompleted();
                    }
                }
            }
        }

        private void acknowledge(CommandProviderOutbound message) {
            out.onNext(
                    CommandProviderInbound.newBuilder()
                            .setAck(ack(message.getInstructionId()))
                            .build());
        }

        @Override
        void ended() {
            synchronized (FakeAxonServer.this) {
                providers.values().forEach(able -> able.values().remove(this));
                pending.entrySet()
                        .removeIf(
                                asked -> {
                                    boolean lost = asked.getValue().provider == this;
                                    if (lost) {
                                        asked.getValue()
                                                .answer
                                                .onNext(failed(asked.getKey(), "AXONIQ-4003"));
                                        asked.getValue().answer.onCompleted();
                                    }
                                    return lost;
                                });
            }
        }
    }

    private static CommandResponse failed(String request, String code) {
        return CommandResponse.newBuilder()
                .setMessageIdentifier(request)
                .setRequestIdentifier(request)
                .setErrorCode(code)
                .setErrorMessage(ErrorMessage.newBuilder().setMessage(code))
                .build();
    }

    private static InstructionAck ack(String instruction) {
        return InstructionAck.newBuilder().setInstructionId(instruction).setSuccess(true).build();
    }

    /** A stream in, whose end ends the stream out. */
    private abstract static class Ended<I, O> implements StreamObserver<I> {

        final StreamObserver<O> out;

        Ended(StreamObserver<O> out) {
            this.out = out;
            // With a handler, what is sent to a client that has just gone is dropped: it must not
            // fail in the hands of another client, whose append it tells of.
            ((ServerCallStreamObserver<O>) out).setOnCancelHandler(this::ended);
        }

        void ended() {}

        @Override
        public void onError(Throwable gone) {
            ended();
        }

        @Override
        public void onCompleted() {
            ended();
            out.onCompleted();
        }
    }
}
