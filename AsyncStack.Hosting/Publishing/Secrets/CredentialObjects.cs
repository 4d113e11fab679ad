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
    /// Only template code can look up what is there already. Keys that are there stay as they are; where none is missing, nothing is
    /// written at all. The Secret is a hook and so no part of the release: uninstall leaves it for the next install, and a rollback does
    /// not bring back passwords that were changed since.
    /// </summary>
    public ChartTemplate Generated()
    {
        var release = chart.Release;
        var all = chart.Credentials.All;
        var text = new StringBuilder(
            $$$"""
            {{- $name := printf "%s-{{{Component}}}" (include "{{{release.Chart}}}.fullname" .) }}
            {{- $kept := (lookup "v1" "Secret" .Release.Namespace $name).data | default dict }}
            {{- $missing := false }}
            {{- range list {{{string.Join(' ', all.Select(s => $"\"{s.Name}\""))}}} }}
            {{- if not (hasKey $kept .) }}
            {{- $missing = true }}
            {{- end }}
            {{- end }}
            {{- if and ({{{chart.Credentials.Source.Is("generated").Code}}}) $missing }}
            ---
            apiVersion: v1
            kind: Secret
            metadata:
              name: {{ $name | quote }}
              labels:
                app.kubernetes.io/name: {{{release.Chart}}}
                app.kubernetes.io/instance: {{ .Release.Name | quote }}
                app.kubernetes.io/component: {{{Component}}}
                app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
              annotations:
                helm.sh/hook: pre-install,pre-upgrade
                helm.sh/hook-weight: "-10"
                helm.sh/hook-delete-policy: before-hook-creation
                helm.sh/resource-policy: keep
            type: Opaque
            data:

            """);
        foreach (var secret in all)
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
