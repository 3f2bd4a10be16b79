import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.painless.PainlessPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.transport.Netty4Plugin;

/** One node of OpenSearch on 127.0.0.1, from the jars alone: `OpenSearchNode HOME HTTP_PORT TRANSPORT_PORT`. */
public class OpenSearchNode {
  /** A node may be given its modules by who inherits from it. */
  static class WithModules extends Node {
    WithModules(Settings settings, Collection<Class<? extends Plugin>> modules) {
      super(InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "node"), modules, false);
    }
  }

  public static void main(String[] arguments) throws Exception {
    Path home = Paths.get(arguments[0]).toAbsolutePath();
    for (String folder : List.of("config", "modules", "plugins")) {
      Files.createDirectories(home.resolve(folder));
    }
    Settings settings =
        Settings.builder()
            .put("path.home", home.toString())
            .put("cluster.name", "chirrup")
            .put("node.name", "node")
            .put("network.host", "127.0.0.1")
            .put("http.port", arguments[1])
            .put("transport.port", arguments[2])
            .put("discovery.type", "single-node")
            .put("transport.type", "netty4")
            .put("http.type", "netty4")
            .put("action.auto_create_index", false)
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .put("node.store.allow_mmap", false)
            .build();
    List<Class<? extends Plugin>> modules =
        List.of(Netty4Plugin.class, CommonAnalysisPlugin.class, PainlessPlugin.class);
    Node node = new WithModules(settings, modules);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
    node.start();
    Thread.currentThread().join();
  }

  private static void close(Node node) {
    try {
      node.close();
    } catch (java.io.IOException error) {
      error.printStackTrace();
    }
  }
}
