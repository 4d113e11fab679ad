using System.Text;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Secrets;
using AsyncStack.Hosting.Publishing.Yaml;

namespace AsyncStack.Hosting.Publishing.Manifests;

/// <summary>Writes an application as plain manifests with the default values, for <c>kubectl apply -k</c>.</summary>
internal static class ManifestsPublisher
{
    public static IReadOnlyDictionary<string, string> Files(ApplicationChart application)
    {
        var release = application.Context.Release;
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in application.Documents.Where(IsInstalled).GroupBy(d => d.File["templates/".Length..], StringComparer.Ordinal))
            files[file.Key] = string.Concat(file.Select(d => "---\n" + YamlWriter.Write(DefaultYaml.Of(ObjectYaml.From(d.Object)))));
        files["namespace.yaml"] = Namespace(release.Chart);
        files["kustomization.yaml"] = Kustomization(release, files.Keys, application.Context.Credentials.All);
        files["create-secrets.sh"] = SecretFiles.Script(application.Context.Credentials.All);
        files["README.md"] = Readme(application);
        return files;
    }

    // What Helm runs at other times than the installation is for Helm.
    private static bool IsInstalled(ChartDocument document) =>
        document.Condition?.ByDefault != false && document.Object.Metadata.Annotations?.ContainsKey("helm.sh/hook") != true;

    private static string Namespace(string name) =>
        $"""
        ---
        apiVersion: v1
        kind: Namespace
        metadata:
          name: {name}
          labels:
            pod-security.kubernetes.io/enforce: restricted
            pod-security.kubernetes.io/warn: restricted

        """;

    private static string Kustomization(Release release, IEnumerable<string> files, IReadOnlyList<PublishedSecret> secrets)
    {
        var text = new StringBuilder($"---\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: {release.Chart}\nresources:\n");
        foreach (var file in files)
            text.Append($"  - {file}\n");
        text.Append($"# ./create-secrets.sh makes the files, once.\nsecretGenerator:\n  - name: {release.NameOf("credentials").ByDefault}\n    files:\n");
        foreach (var secret in secrets)
            text.Append($"      - {secret.Name}={SecretFiles.Folder}/{secret.Name}\n");
        return text.Append("    options:\n      disableNameSuffixHash: true\n").ToString();
    }

    private static string Readme(ApplicationChart application)
    {
        var chart = application.Context.Release.Chart;
        return $"""
            # {chart}, as plain manifests

            The chart with its default values. For anything else use the chart, or patches of Kustomize.

                ./create-secrets.sh          # once: random passwords under {SecretFiles.Folder}/, which is not to be committed
                kubectl apply -k .
                kubectl -n {chart} rollout status deployment/{application.Context.Release.NameOf(application.Entry.Name).ByDefault}

            Before a new version is applied, remove the job that has brought the schema up to date, since jobs cannot be changed:

                kubectl -n {chart} delete job --ignore-not-found -l app.kubernetes.io/component=migrations

            """;
    }
}
