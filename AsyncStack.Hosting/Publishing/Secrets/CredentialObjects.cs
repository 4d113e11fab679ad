using System.Text;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Secrets;

/// <summary>The objects that make or fetch the Secret.</summary>
internal sealed class CredentialObjects(ChartContext chart)
{
    private const string Component = "credentials";

    public IEnumerable<ChartDocument> Documents()
    {
        var credentials = chart.Credentials;
        yield return new("templates/credentials/externalsecret.yaml", External(), credentials.Source.Is("externalSecrets"));
        yield return new("templates/credentials/secretproviderclass.yaml", Provider(), credentials.Source.Is("csi"));
    }

    /// <summary>
    /// Only template code can look up what is there already. Keys that are there stay as they are, at upgrades and, since uninstall leaves
    /// the Secret, also at the next install.
    /// </summary>
    public ChartTemplate Generated()
    {
        var release = chart.Release;
        var text = new StringBuilder();
        text.Append(
            $$$"""
            {{- if {{{chart.Credentials.Source.Is("generated").Code}}} }}
            {{- $name := printf "%s-{{{Component}}}" (include "{{{release.Chart}}}.fullname" .) }}
            {{- $kept := (lookup "v1" "Secret" .Release.Namespace $name).data | default dict }}
            apiVersion: v1
            kind: Secret
            metadata:
              name: {{ $name }}
              labels:
                app.kubernetes.io/name: {{{release.Chart}}}
                app.kubernetes.io/instance: {{ .Release.Name }}
                app.kubernetes.io/component: {{{Component}}}
                app.kubernetes.io/managed-by: {{ .Release.Service }}
              annotations:
                helm.sh/resource-policy: keep
            type: Opaque
            data:

            """);
        foreach (var secret in chart.Credentials.All)
        {
            var value = secret.Fixed is null ? $"(randAlphaNum {secret.Length})" : $"\"{secret.Fixed}\"";
            text.Append($"  {secret.Name}: {{{{ get $kept \"{secret.Name}\" | default ({value} | b64enc) | quote }}}}\n");
        }

        return new ChartTemplate("templates/credentials/secret.yaml", text.Append("{{- end }}\n").ToString());
    }

    private ExternalSecret External() => new()
    {
        Metadata = chart.Release.Meta(Component),
        Spec = new ExternalSecretSpec
        {
            RefreshInterval = chart.Credentials.External.RefreshInterval,
            SecretStoreRef = new StoreReference(
                Text.Action($"required \"secrets.externalSecrets.storeName is needed\" {chart.Credentials.External.StoreName.Code}", ""), chart.Credentials.External.StoreKind),
            Target = new ExternalSecretTarget(chart.Credentials.SecretName),
            Data = [.. chart.Credentials.All.Select(s => new ExternalSecretData(s.Name, new RemoteReference(Text.Of($"{chart.Credentials.External.KeyPrefix}{s.Name}"))))],
        },
    };

    private SecretProviderClass Provider() => new()
    {
        Metadata = chart.Release.Meta(Component),
        Spec = new SecretProviderClassSpec
        {
            Provider = chart.Credentials.Csi.Provider,
            Parameters = new Labels { ["objects"] = ((Field<string>)AzureObjects()).When(chart.Credentials.Csi.Provider.Is("azure")), More = chart.Credentials.Csi.Parameters },
            // KEDA reads a Secret.
            SecretObjects = [new SyncedSecret(chart.Release.NameOf(Component), [.. chart.Credentials.All.Select(s => new SyncedKey(s.Name, s.Name))])],
        },
    };

    private Text AzureObjects()
    {
        Text text = "array:\n";
        foreach (var secret in chart.Credentials.All)
            text = Text.Of($"{text}  - |\n    objectName: {chart.Credentials.Csi.KeyPrefix}{secret.Name}\n    objectType: secret\n    objectAlias: {secret.Name}\n");
        return text;
    }
}
