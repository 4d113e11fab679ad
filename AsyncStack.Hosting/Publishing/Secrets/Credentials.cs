using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Secrets;

/// <summary>
/// Where secrets come from. However they come, every program sees files under <see cref="Folder"/>, which change when the secrets do;
/// no secret is in values, in a variable or in a command line.
/// </summary>
internal sealed class Credentials
{
    private const string VolumeName = "credentials";
    private readonly Release _release;
    private readonly HelperTemplates _helpers;
    private readonly Dictionary<string, PublishedSecret> _secrets = new(StringComparer.Ordinal);

    public Credentials(Release release, ValuesSection root, HelperTemplates helpers)
    {
        (_release, _helpers) = (release, helpers);
        Folder = $"/run/secrets/{release.Chart}";
        var values = root.Section("secrets", "Where passwords and keys come from. They are never in values.");
        Source = values.Choice("source", "generated", """
            generated        random, made at the first install and kept by upgrades and uninstall
            existing         in the Secret that existingSecret names
            externalSecrets  from a secret manager, by the External Secrets Operator
            csi              from a secret manager, by the Secrets Store CSI driver
            """, "generated", "existing", "externalSecrets", "csi");
        ExistingSecret = values.Text("existingSecret", "", "Secret that holds all keys, for source existing; the chart's README lists them.");
        External = new ExternalSecretValues(values);
        Csi = new CsiValues(values);
        SecretName = helpers.Define("credentials", Text.Choose(Source.Is("existing"), Text.Action($"required \"secrets.existingSecret names the Secret for secrets.source existing\" {ExistingSecret.Code}", ""), release.NameOf("credentials")));
    }

    /// <summary>Folder in which every program finds its secrets, one a file.</summary>
    public string Folder { get; }

    public Setting<string> Source { get; }

    public Setting<string> ExistingSecret { get; }

    public ExternalSecretValues External { get; }

    public CsiValues Csi { get; }

    /// <summary>The Secret that holds what the chart generates or is given.</summary>
    public Text SecretName { get; }

    /// <summary>All secrets, by name.</summary>
    public IReadOnlyList<PublishedSecret> All => [.. _secrets.Values.OrderBy(s => s.Name, StringComparer.Ordinal)];

    /// <summary>A secret of that name, declared once.</summary>
    public PublishedSecret Declare(string name, int length, string? text = null, Text? secretName = null, Text? key = null)
    {
        if (!_secrets.TryGetValue(name, out var secret))
        {
            var source = secretName is null ? SecretName : _helpers.Define($"{name}.secret", secretName);
            _secrets[name] = secret = new PublishedSecret(name, length, text, source, key is null ? name : _helpers.Define($"{name}.key", key));
        }

        return secret;
    }

    public string PathOf(PublishedSecret secret) => $"{Folder}/{secret.Name}";

    public VolumeMount Mount { get => new(VolumeName, Folder) { ReadOnly = true }; }

    /// <summary>The volume that shows a program the secrets it needs and no others.</summary>
    public IEnumerable<Field<Volume>> Volumes(IEnumerable<PublishedSecret> secrets)
    {
        var sources = secrets.DistinctBy(s => s.Name).OrderBy(s => s.Name, StringComparer.Ordinal).Select(s => new VolumeProjection
        {
            Secret = new SecretProjection(s.SecretName, [new KeyToPath(s.Key, s.Name)]),
        });
        var csi = Source.Is("csi");
        yield return Field.When(!csi, new Volume(VolumeName) { Projected = new ProjectedVolume([.. sources]) { DefaultMode = 0b100_100_000 } });
        yield return Field.When(csi, new Volume(VolumeName)
        {
            Csi = new CsiVolume("secrets-store.csi.k8s.io", new Labels { ["secretProviderClass"] = _release.NameOf("credentials") }),
        });
    }
}
