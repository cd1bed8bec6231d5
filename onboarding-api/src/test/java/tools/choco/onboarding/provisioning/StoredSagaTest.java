package tools.choco.onboarding.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.PropagatingErrorHandler;
import org.axonframework.eventhandling.Segment;
import org.axonframework.messaging.annotation.ClasspathParameterResolverFactory;
import org.axonframework.messaging.annotation.MultiParameterResolverFactory;
import org.axonframework.messaging.annotation.ParameterResolverFactory;
import org.axonframework.messaging.annotation.SimpleResourceParameterResolverFactory;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.modelling.saga.AnnotatedSagaManager;
import org.axonframework.modelling.saga.AssociationValue;
import org.axonframework.modelling.saga.AssociationValues;
import org.axonframework.modelling.saga.repository.AnnotatedSagaRepository;
import org.axonframework.modelling.saga.repository.inmemory.InMemorySagaStore;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.Serializer;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.eventlog.EventSerializer;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.choco.onboarding.site.ProvisioningState;

/** The saga survives the serializer of the log, which is what stores it. */
class StoredSagaTest {

    private static final String SITE = "5f0c2f3e-0000-5000-8000-000000000003";

    private final List<String> stored = new ArrayList<>();
    private final List<Hop> asked = new ArrayList<>();

    @Test
    void goesOnFromWhatWasStored() throws Exception {
        AnnotatedSagaManager<SiteProvisioningSaga> sagas = sagas();

        handle(
                sagas,
                SiteProvisionRequested.newBuilder()
                        .setSiteId(SITE)
                        .setHostingMode(HostingMode.HOSTING_MODE_USER_GIT)
                        .setAttempt(2)
                        .build());
        handle(
                sagas,
                SiteProvisionStateChanged.newBuilder()
                        .setSiteId(SITE)
                        .setFromState(ProvisioningState.REQUESTED.toProto())
                        .setToState(ProvisioningState.SOURCE_RESOLVING.toProto())
                        .setAttempt(2)
                        .build());

        assertThat(stored).containsExactly("{\"attempt\":2}", "{\"attempt\":2}");
        assertThat(asked)
                .containsExactly(
                        new Hop(SITE, 2, ProvisioningState.REQUESTED),
                        new Hop(SITE, 2, ProvisioningState.SOURCE_RESOLVING));
    }

    private AnnotatedSagaManager<SiteProvisioningSaga> sagas() {
        Hops hops = asked::add;
        ParameterResolverFactory resolvers =
                MultiParameterResolverFactory.ordered(
                        ClasspathParameterResolverFactory.forClass(SiteProvisioningSaga.class),
                        new SimpleResourceParameterResolverFactory(List.of(hops)));
        return AnnotatedSagaManager.<SiteProvisioningSaga>builder()
                .sagaType(SiteProvisioningSaga.class)
                .sagaFactory(SiteProvisioningSaga::new)
                .parameterResolverFactory(resolvers)
                .listenerInvocationErrorHandler(PropagatingErrorHandler.instance())
                .sagaRepository(
                        AnnotatedSagaRepository.<SiteProvisioningSaga>builder()
                                .sagaType(SiteProvisioningSaga.class)
                                .sagaStore(new SerializingStore())
                                .parameterResolverFactory(resolvers)
                                .build())
                .build();
    }

    private static void handle(AnnotatedSagaManager<SiteProvisioningSaga> sagas, Message payload)
            throws Exception {
        EventMessage<?> event = GenericEventMessage.asEventMessage(payload);
        DefaultUnitOfWork.startAndGet(event)
                .executeWithResult(
                        () -> {
                            sagas.handle(event, Segment.ROOT_SEGMENT);
                            return null;
                        })
                .getPayload();
    }

    /** Keeps nothing of a saga but what came back from its bytes. */
    private final class SerializingStore extends InMemorySagaStore {
        private final Serializer serializer = new EventSerializer();

        @Override
        public void insertSaga(
                Class<?> type, String id, Object saga, Set<AssociationValue> associations) {
            super.insertSaga(type, id, throughBytes(saga), associations);
        }

        @Override
        public void updateSaga(
                Class<?> type, String id, Object saga, AssociationValues associations) {
            super.updateSaga(type, id, throughBytes(saga), associations);
        }

        private Object throughBytes(Object saga) {
            SerializedObject<byte[]> bytes = serializer.serialize(saga, byte[].class);
            stored.add(new String(bytes.getData(), StandardCharsets.UTF_8));
            return serializer.deserialize(bytes);
        }
    }
}
