using AsyncStack.Hosting.Publishing.Graph;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Hints;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Secrets;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Services;

/// <summary>The pod of <c>helm test</c>: tries the whole through its entry, with the image of a service.</summary>
internal sealed class SmokeTest(ChartContext chart, PublishedService service, SmokeTestAnnotation test, PublishedService entry)
{
    public const string Name = "test";

    private PublishedPort Door => entry.Ports.First(p => p.IsHttp && !p.IsHttp2);

    private Text Credential => service.Variables.First(v => v.Name == test.Credential).Value;

    private IEnumerable<PublishedSecret> Secrets => service.Secrets.Where(s => Credential.ByDefault.Contains(s.Placeholder, StringComparison.Ordinal));

    public Edge Edge => new(Name, entry.Name, Door.Name, Door.Number);

    public ChartDocument Document(ValuesSection root) => new($"templates/tests/{service.Name}.yaml", Pod(root.Section("tests", "The pod of helm test.").Resources(ResourceRequirements.Of("20m", "64Mi", "1", "256Mi"))));

    private Pod Pod(Setting<ResourceRequirements> resources) => new()
    {
        Metadata = chart.Release.Meta(Name, annotations: new Labels
        {
            ["helm.sh/hook"] = "test",
            ["helm.sh/hook-delete-policy"] = "before-hook-creation",
        }),
        Spec = new PodSpec
        {
            ServiceAccountName = chart.Release.FullName,
            RestartPolicy = "Never",
            SecurityContext = new PodSecurityContext { RunAsUser = DotnetImage.User, RunAsGroup = DotnetImage.User, FsGroup = DotnetImage.User },
            ImagePullSecrets = chart.Images.PullSecrets,
            Containers = [new Container
            {
                Name = Name,
                Image = chart.Images.Of(service.ImageName),
                ImagePullPolicy = chart.Images.PullPolicy,
                Args = [.. test.Arguments.Select(a => (Field<string>)a), Text.Of($"http://{chart.Release.NameOf(entry.Name)}:{Door.Number}")],
                Env = [new EnvVar("Secrets__Path") { Value = chart.Credentials.Folder }, new EnvVar(test.Credential) { Value = Credential }],
                Resources = resources,
                VolumeMounts = [new VolumeMount("tmp", "/tmp"), chart.Credentials.Mount],
            }],
            Volumes = [new Volume("tmp") { EmptyDir = new EmptyDirVolume { SizeLimit = "64Mi" } }, .. chart.Credentials.Volumes(Secrets)],
            NodeSelector = chart.Pods.NodeSelector,
            Tolerations = chart.Pods.Tolerations,
            Affinity = chart.Pods.Affinity,
        },
    };
}
