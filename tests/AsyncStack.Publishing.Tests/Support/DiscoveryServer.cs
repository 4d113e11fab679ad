using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AsyncStack.Publishing.Tests.Support;

/// <summary>
/// As much of a Kubernetes API as kubectl's client-side dry run and Helm's <c>lookup</c> ask for: which kinds there are, and single
/// objects.
/// </summary>
internal sealed class DiscoveryServer : IAsyncDisposable
{
    private static readonly (string Group, string Version, string Kind, string Plural)[] Kinds =
    [
        ("", "v1", "ConfigMap", "configmaps"),
        ("", "v1", "Namespace", "namespaces"),
        ("", "v1", "Pod", "pods"),
        ("", "v1", "Secret", "secrets"),
        ("", "v1", "Service", "services"),
        ("", "v1", "ServiceAccount", "serviceaccounts"),
        ("apps", "v1", "Deployment", "deployments"),
        ("apps", "v1", "StatefulSet", "statefulsets"),
        ("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
        ("batch", "v1", "CronJob", "cronjobs"),
        ("batch", "v1", "Job", "jobs"),
        ("cert-manager.io", "v1", "Certificate", "certificates"),
        ("ceph.rook.io", "v1", "CephObjectStoreUser", "cephobjectstoreusers"),
        ("external-secrets.io", "v1", "ExternalSecret", "externalsecrets"),
        ("gateway.networking.k8s.io", "v1", "GRPCRoute", "grpcroutes"),
        ("gateway.networking.k8s.io", "v1", "Gateway", "gateways"),
        ("gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes"),
        ("keda.sh", "v1alpha1", "ScaledObject", "scaledobjects"),
        ("keda.sh", "v1alpha1", "TriggerAuthentication", "triggerauthentications"),
        ("monitoring.coreos.com", "v1", "PodMonitor", "podmonitors"),
        ("monitoring.coreos.com", "v1", "PrometheusRule", "prometheusrules"),
        ("monitoring.coreos.com", "v1", "ServiceMonitor", "servicemonitors"),
        ("networking.k8s.io", "v1", "Ingress", "ingresses"),
        ("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies"),
        ("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets"),
        ("postgresql.cnpg.io", "v1", "Cluster", "clusters"),
        ("rabbitmq.com", "v1beta1", "RabbitmqCluster", "rabbitmqclusters"),
        ("redis.redis.opstreelabs.in", "v1beta2", "Redis", "redis"),
        ("secrets-store.csi.x-k8s.io", "v1", "SecretProviderClass", "secretproviderclasses"),
    ];

    private readonly WebApplication _app;
    private readonly Dictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);

    private DiscoveryServer(WebApplication app) => _app = app;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public static async Task<DiscoveryServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = new DiscoveryServer(builder.Build());
        server._app.MapGet("/version", () => Results.Text("""{"major": "1", "minor": "36", "gitVersion": "v1.36.0"}""", "application/json"));
        server._app.MapGet("/api", () => Json(new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1") }));
        server._app.MapGet("/apis", () => Json(Groups()));
        server._app.MapGet("/api/v1", () => Json(Resources("", "v1")));
        server._app.MapGet("/apis/{group}/{version}", (string group, string version) => Json(Resources(group, version)));
        server._app.MapFallback(context => server.AnswerAsync(context));
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>Makes an object that is there, by its path.</summary>
    public void Put(string path, JsonObject value) => _objects[path] = value;

    /// <summary>A file that tells kubectl and Helm of this server.</summary>
    public async Task<string> KubeconfigAsync(string folder)
    {
        var file = Path.Combine(folder, $"kubeconfig-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(file, $"""
            apiVersion: v1
            kind: Config
            current-context: test
            clusters:
              - name: test
                cluster:
                  server: {Address}
            contexts:
              - name: test
                context:
                  cluster: test
                  user: test
                  namespace: asyncstack
            users:
              - name: test

            """);
        return file;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static IResult Json(JsonObject value) => Results.Text(value.ToJsonString(), "application/json");

    private static JsonObject Groups() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray([.. Kinds.Where(k => k.Group.Length > 0).GroupBy(k => (k.Group, k.Version)).Select(g => (JsonNode)new JsonObject
        {
            ["name"] = g.Key.Group,
            ["versions"] = new JsonArray(new JsonObject { ["groupVersion"] = $"{g.Key.Group}/{g.Key.Version}", ["version"] = g.Key.Version }),
            ["preferredVersion"] = new JsonObject { ["groupVersion"] = $"{g.Key.Group}/{g.Key.Version}", ["version"] = g.Key.Version },
        })]),
    };

    private static JsonObject Resources(string group, string version) => new()
    {
        ["kind"] = "APIResourceList",
        ["apiVersion"] = "v1",
        ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}",
        ["resources"] = new JsonArray([.. Kinds.Where(k => k.Group == group && k.Version == version).Select(k => (JsonNode)new JsonObject
        {
            ["name"] = k.Plural,
            ["singularName"] = k.Kind.ToLowerInvariant(),
            ["namespaced"] = k.Kind != "Namespace",
            ["kind"] = k.Kind,
            ["verbs"] = new JsonArray("create", "delete", "get", "list", "patch", "update", "watch"),
        })]),
    };

    private Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        if (_objects.TryGetValue(context.Request.Path, out var value))
            return context.Response.WriteAsync(value.ToJsonString());
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync("""{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "message": "not found", "code": 404}""");
    }
}
