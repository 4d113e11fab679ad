using System.Text.Json.Nodes;
using AsyncStack.Publishing.Tests.Support;

namespace AsyncStack.Publishing.Tests;

/// <summary>What holds for whatever the values are.</summary>
public sealed class ManifestRuleTests(ChartFixture chart)
{
    private static readonly string[] Probes = ["startupProbe", "readinessProbe", "livenessProbe"];
    private static readonly string[] Amounts = ["cpu", "memory"];
    private static readonly string[] OfTheHost = ["hostNetwork", "hostPID", "hostIPC"];
    private static readonly string[] ChangingLabels = ["app.kubernetes.io/version", "helm.sh/chart"];

    // Named by the values.
    private static readonly string[] GivenSecrets = ["asyncstack-secrets", "redis", "signoz"];

    // Of these no types are published.
    private static readonly string[] Untyped =
    [
        "postgresql.cnpg.io/v1 Cluster", "rabbitmq.com/v1beta1 RabbitmqCluster", "redis.redis.opstreelabs.in/v1beta2 Redis", "ceph.rook.io/v1 CephObjectStoreUser",
        "secrets-store.csi.x-k8s.io/v1 SecretProviderClass",
    ];

    public static TheoryData<string> ValuesSets => [.. ChartFixture.ValuesSets];

    [Theory]
    [MemberData(nameof(ValuesSets))]
    public async Task Every_manifest_is_what_the_types_of_the_api_allow(string values)
    {
        var manifests = (await chart.RenderAsync(values)).All;

        var answer = JsonNode.Parse(await Tools.CheckTypesAsync(new JsonArray([.. manifests.Select(m => m.DeepClone())]).ToJsonString()))!;

        Assert.Empty(answer["faults"]!.AsArray().Select(f => f!.ToString()));
        Assert.All(answer["unknown"]!.AsArray(), kind => Assert.Contains(kind!.ToString(), Untyped));
        Assert.InRange((int)answer["checked"]!, manifests.Count / 2, manifests.Count);
    }

    [Theory]
    [MemberData(nameof(ValuesSets))]
    public async Task Kubectl_reads_every_manifest(string values)
    {
        await using var server = await DiscoveryServer.StartAsync();
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "all.yaml");
        await File.WriteAllTextAsync(file, await chart.TextAsync(values, 4), TestContext.Current.CancellationToken);

        var output = (await Programs.RunAsync(await Tools.KubectlAsync(), ["--kubeconfig", await server.KubeconfigAsync(folder.Path), "apply", "--dry-run=client", "--validate=false", "-f", file])).Succeeded();

        Assert.Equal((await chart.RenderAsync(values)).All.Count, output.Split('\n').Count(l => l.EndsWith("created (dry run)", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(ValuesSets))]
    public async Task No_two_manifests_have_one_name(string values) =>
        Assert.All((await chart.RenderAsync(values)).All.GroupBy(m => (m.Kind(), m.Name())), g => Assert.True(g.Count() == 1, $"{g.Key}"));

    // Server-side apply, which Helm 4 uses, refuses lists whose keys repeat.
    [Theory]
    [MemberData(nameof(ValuesSets))]
    public async Task No_container_names_a_variable_or_a_port_twice(string values)
    {
        foreach (var pod in (await chart.RenderAsync(values)).Pods())
        {
            foreach (var container in pod.AllContainers)
            {
                Assert.All(container.List("env").GroupBy(e => e.Text("name")), g => Assert.Single(g));
                Assert.All(container.List("ports").GroupBy(p => p.Text("containerPort")), g => Assert.Single(g));
            }

            Assert.All(pod.AllContainers.GroupBy(c => c.Text("name")), g => Assert.Single(g));
        }
    }

    [Theory]
    [MemberData(nameof(ValuesSets))]
    public async Task Every_container_has_requests_and_limits_and_those_that_serve_have_probes(string values)
    {
        foreach (var pod in (await chart.RenderAsync(values)).Pods())
        {
            foreach (var container in pod.AllContainers)
            {
                foreach (var amount in new[] { "requests", "limits" })
                    Assert.All(Amounts, resource => Assert.False(string.IsNullOrEmpty(container.Text("resources", amount, resource)), $"{pod.Name}: {container["name"]} {amount} {resource}"));
            }

            foreach (var container in pod.Containers.Where(_ => pod.Serves))
                Assert.All(Probes, probe => Assert.True(container.ContainsKey(probe), $"{pod.Name}: {container["name"]} has no {probe}"));
        }
    }

    [Theory]
    [MemberData(nameof(ValuesSets))]
    public async Task Every_pod_meets_the_restricted_profile_on_a_file_system_that_it_cannot_write(string values)
    {
        foreach (var pod in (await chart.RenderAsync(values)).Pods())
        {
            var security = pod.Spec["securityContext"];
            Assert.Equal("true", security.Text("runAsNonRoot"));
            Assert.NotEqual("0", security.Text("runAsUser") ?? "0");
            Assert.Equal("RuntimeDefault", security.Text("seccompProfile", "type"));
            Assert.Equal("false", pod.Spec.Text("automountServiceAccountToken"));
            Assert.All(OfTheHost, host => Assert.False(pod.Spec.ContainsKey(host)));
            foreach (var container in pod.AllContainers)
            {
                Assert.Equal("false", container.Text("securityContext", "allowPrivilegeEscalation"));
                Assert.Equal("true", container.Text("securityContext", "readOnlyRootFilesystem"));
                Assert.Equal("""["ALL"]""", container["securityContext"]!["capabilities"]!["drop"]!.ToJsonString());
                Assert.Null(container["securityContext"]!["capabilities"]!["add"]);
                Assert.Contains("/tmp", container.List("volumeMounts").Select(m => m.Text("mountPath")).Concat(pod.Name.Contains("collector", StringComparison.Ordinal) ? ["/tmp"] : []));
            }

            string[] allowed = ["configMap", "csi", "emptyDir", "projected", "persistentVolumeClaim", "secret"];
            Assert.All(pod.Spec.List("volumes"), volume => Assert.Single(volume.Select(v => v.Key), key => key != "name" && allowed.Contains(key)));
        }
    }

    [Theory]
    [MemberData(nameof(ValuesSets))]
    public async Task Every_selector_matches_the_pods_it_is_for_and_no_others(string values)
    {
        var manifests = await chart.RenderAsync(values);
        var pods = manifests.Pods().ToList();
        foreach (var owner in pods.Where(p => p.Serves))
        {
            var selector = owner.Owner.At("spec", "selector", "matchLabels").Texts();
            Assert.Equal([owner.Name], pods.Where(p => selector.Matches(p.Labels)).Select(p => p.Name));
        }

        foreach (var service in manifests.Of("Service"))
            Assert.Single(pods, p => service.At("spec", "selector").Texts().Matches(p.Labels));
        foreach (var budget in manifests.Of("PodDisruptionBudget"))
            Assert.Single(pods, p => budget.At("spec", "selector", "matchLabels").Texts().Matches(p.Labels));
        foreach (var monitor in manifests.Of("ServiceMonitor"))
            Assert.Contains(manifests.Of("Service"), s => monitor.At("spec", "selector", "matchLabels").Texts().Matches(s.At("metadata", "labels").Texts()));
    }

    [Theory]
    [MemberData(nameof(ValuesSets))]
    public async Task Every_scaler_scales_a_deployment_that_states_no_number(string values)
    {
        var manifests = await chart.RenderAsync(values);
        foreach (var scaler in manifests.Of("HorizontalPodAutoscaler", "ScaledObject"))
            Assert.False(manifests.Get("Deployment", scaler.Text("spec", "scaleTargetRef", "name")!).At("spec").As().ContainsKey("replicas"));
        var scaled = manifests.Of("HorizontalPodAutoscaler", "ScaledObject").Select(s => s.Text("spec", "scaleTargetRef", "name")).ToList();
        Assert.Equal(scaled.Distinct(), scaled);
        Assert.All(manifests.Of("Deployment").Where(d => !scaled.Contains(d.Name())), d => Assert.NotNull(d.Text("spec", "replicas")));
    }

    [Theory]
    [MemberData(nameof(ValuesSets))]
    public async Task Every_secret_config_map_claim_volume_and_port_that_is_named_exists(string values)
    {
        var manifests = await chart.RenderAsync(values);
        var secrets = Secrets(manifests);
        foreach (var pod in manifests.Pods())
        {
            Assert.Equal(pod.Spec.Text("serviceAccountName"), manifests.Of("ServiceAccount").Single().Name());
            foreach (var (name, key) in SecretKeys(pod))
                Assert.True(secrets.TryGetValue(name, out var keys) && (keys.Length == 0 || keys.Contains(key)), $"{pod.Name} reads {key} of Secret {name}");
            foreach (var name in pod.Spec.List("volumes").Select(v => v.Text("configMap", "name")).OfType<string>())
                manifests.Get("ConfigMap", name);
            foreach (var name in pod.Spec.List("volumes").Select(v => v.Text("csi", "volumeAttributes", "secretProviderClass")).OfType<string>())
                manifests.Get("SecretProviderClass", name);
            AssertMounts(pod);
            AssertPorts(pod);
        }

        foreach (var service in manifests.Of("Service"))
        {
            var ports = manifests.Pods().Single(p => service.At("spec", "selector").Texts().Matches(p.Labels)).Containers.SelectMany(c => c.List("ports")).Select(p => p.Text("name")).ToList();
            Assert.All(service.List("spec", "ports"), port => Assert.Contains(port.Text("targetPort"), ports));
        }
    }

    [Theory]
    [MemberData(nameof(ValuesSets))]
    public async Task Every_mounted_file_is_a_key_of_its_config_map(string values)
    {
        var manifests = await chart.RenderAsync(values);
        foreach (var pod in manifests.Pods())
        {
            foreach (var mount in pod.AllContainers.SelectMany(c => c.List("volumeMounts")).Where(m => m.ContainsKey("subPath")))
            {
                var volume = pod.Spec.List("volumes").Single(v => v.Text("name") == mount.Text("name"));
                Assert.True(manifests.Get("ConfigMap", volume.Text("configMap", "name")!)["data"]!.AsObject().ContainsKey(mount.Text("subPath")!));
            }
        }
    }

    [Theory]
    [MemberData(nameof(ValuesSets))]
    public async Task Every_stateful_set_has_a_headless_service_and_a_claim_and_keeps_its_data(string values)
    {
        var manifests = await chart.RenderAsync(values);
        foreach (var set in manifests.Of("StatefulSet"))
        {
            var service = manifests.Get("Service", set.Text("spec", "serviceName")!);
            Assert.Equal("None", service.Text("spec", "clusterIP"));
            var claim = Assert.Single(set.List("spec", "volumeClaimTemplates"));
            Assert.Contains(claim.Text("metadata", "name"), Pod.Of(set)!.Containers.Single().List("volumeMounts").Select(m => m.Text("name")));
            Assert.Equal("Retain", set.Text("spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"));
            // A label that changes with the chart would restart the server at each upgrade, or make the upgrade impossible.
            Assert.All(
                Pod.Of(set)!.Labels.Keys.Concat(claim.At("metadata", "labels").Texts().Keys),
                key => Assert.DoesNotContain(key, ChangingLabels));
        }
    }

    [Fact]
    public async Task Migrations_run_beside_the_servers_at_first_and_before_all_else_at_upgrades()
    {
        var first = Assert.Single((await chart.RenderAsync("default")).Of("Job"));
        var later = Assert.Single((await chart.RenderAsync("upgrade")).Of("Job"));

        Assert.Null(first.At("metadata", "annotations", "helm.sh/hook"));
        Assert.Equal("pre-upgrade", later["metadata"]!["annotations"].Text("helm.sh/hook"));
        // Neither is ever changed, which the API would refuse: the first goes with the first upgrade, the other before each new one.
        Assert.NotEqual(first.Name(), later.Name());
        Assert.Contains("before-hook-creation", later["metadata"]!["annotations"].Text("helm.sh/hook-delete-policy"), StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(first["spec"], later["spec"]));
    }

    [Theory]
    [MemberData(nameof(ValuesSets))]
    public async Task Every_deployment_rolls_without_a_pod_too_few_and_lets_work_end(string values)
    {
        foreach (var pod in (await chart.RenderAsync(values)).Pods().Where(p => p.Owner.Kind() == "Deployment" && !p.Name.EndsWith("-debug", StringComparison.Ordinal)))
        {
            Assert.Equal("0", pod.Owner.Text("spec", "strategy", "rollingUpdate", "maxUnavailable"));
            Assert.Equal("1", pod.Owner.Text("spec", "strategy", "rollingUpdate", "maxSurge"));
            var grace = int.Parse(pod.Spec.Text("terminationGracePeriodSeconds")!, System.Globalization.CultureInfo.InvariantCulture);
            if (pod.Containers.Single().List("env").FirstOrDefault(e => e.Text("name") == "Shutdown__Timeout").Text("value") is { } timeout)
                Assert.True(TimeSpan.Parse(timeout, System.Globalization.CultureInfo.InvariantCulture).TotalSeconds < grace, $"{pod.Name} is killed after {grace} s amid its {timeout}");
        }
    }

    /// <summary>What the chart makes or is told of, by name; without keys where they are not known.</summary>
    private static Dictionary<string, string[]> Secrets(Manifests manifests)
    {
        var secrets = manifests.Of("Secret").ToDictionary(s => s.Name(), s => s["data"]!.AsObject().Select(d => d.Key).ToArray(), StringComparer.Ordinal);
        foreach (var external in manifests.Of("ExternalSecret"))
            secrets[external.Text("spec", "target", "name")!] = [.. external.List("spec", "data").Select(d => d.Text("secretKey")!)];
        foreach (var provider in manifests.Of("SecretProviderClass"))
            secrets[provider.List("spec", "secretObjects").Single().Text("secretName")!] = [.. provider.List("spec", "secretObjects").Single().List("data").Select(d => d.Text("key")!)];
        foreach (var cluster in manifests.Of("Cluster"))
            secrets[$"{cluster.Name()}-app"] = ["username", "password"];
        foreach (var cluster in manifests.Of("RabbitmqCluster"))
            secrets[$"{cluster.Name()}-default-user"] = ["username", "password"];
        foreach (var user in manifests.Of("CephObjectStoreUser"))
            secrets[$"rook-ceph-object-user-{user.Text("spec", "store")}-{user.Name()}"] = ["AccessKey", "SecretKey"];
        foreach (var name in GivenSecrets)
            secrets[name] = [];
        return secrets;
    }

    private static IEnumerable<(string Name, string Key)> SecretKeys(Pod pod) =>
        pod.Spec.List("volumes").SelectMany(v => v.List("projected", "sources")).SelectMany(s => s.List("secret", "items").Select(i => (s.Text("secret", "name")!, i.Text("key")!)))
            .Concat(pod.AllContainers.SelectMany(c => c.List("env")).Where(e => e.At("valueFrom", "secretKeyRef") is not null)
                .Select(e => (e.Text("valueFrom", "secretKeyRef", "name")!, e.Text("valueFrom", "secretKeyRef", "key")!)));

    private static void AssertMounts(Pod pod)
    {
        var volumes = pod.Spec.List("volumes").Select(v => v.Text("name")).Concat(pod.Owner.List("spec", "volumeClaimTemplates").Select(c => c.Text("metadata", "name"))).ToList();
        Assert.Equal(volumes.Distinct(), volumes);
        foreach (var container in pod.AllContainers)
        {
            var mounts = container.List("volumeMounts").ToList();
            Assert.All(mounts, mount => Assert.Contains(mount.Text("name"), volumes));
            Assert.Equal(mounts.Select(m => m.Text("mountPath")).Distinct(), mounts.Select(m => m.Text("mountPath")));
        }

        var mounted = pod.AllContainers.SelectMany(c => c.List("volumeMounts")).Select(m => m.Text("name"));
        Assert.All(volumes, volume => Assert.Contains(volume, mounted));
    }

    private static void AssertPorts(Pod pod)
    {
        foreach (var container in pod.Containers)
        {
            var ports = container.List("ports").Select(p => p.Text("name")).ToList();
            foreach (var probe in Probes.Select(p => container[p]).OfType<JsonObject>())
            {
                if ((probe.Text("httpGet", "port") ?? probe.Text("tcpSocket", "port")) is { } port)
                    Assert.Contains(port, ports);
            }
        }
    }
}
