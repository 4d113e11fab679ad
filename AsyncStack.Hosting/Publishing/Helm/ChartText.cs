using System.Text;
using AsyncStack.Hosting.Publishing.Templates;
using AsyncStack.Hosting.Publishing.Yaml;

namespace AsyncStack.Hosting.Publishing.Helm;

/// <summary>The chart's texts for people and for Helm itself.</summary>
internal static class ChartText
{
    public static string Chart(ApplicationChart application)
    {
        var environment = application.Context.Environment;
        return $"""
            ---
            apiVersion: v2
            name: {environment.HelmChartName}
            description: {environment.HelmChartDescription}
            type: application
            version: {environment.HelmChartVersion}
            appVersion: "{environment.HelmChartVersion}"
            kubeVersion: ">=1.30.0-0"

            """;
    }

    public static string Notes(ApplicationChart application)
    {
        var chart = application.Context.Release.Chart;
        var entry = application.Entry;
        return $$$"""
            {{{chart}}} {{ .Chart.AppVersion }} is installed as {{ .Release.Name }} in {{ .Release.Namespace }}.

            Reach it:
            {{- if and .Values.traffic.host (or .Values.traffic.gatewayApi.enabled .Values.traffic.ingress.enabled) }}
              {{ ternary "https" "http" .Values.traffic.tls.enabled }}://{{ .Values.traffic.host }}
            {{- else }}
              kubectl -n {{ .Release.Namespace }} port-forward service/{{ include "{{{chart}}}.fullname" . }}-{{{entry.Name}}} 8080:{{{entry.Ports[0].Number}}}
              http://127.0.0.1:8080
            {{- end }}

            Try it:
              helm test {{ .Release.Name }} -n {{ .Release.Namespace }} --logs
            {{- if eq .Values.secrets.source "generated" }}

            Its passwords are in the Secret {{ include "{{{chart}}}.fullname" . }}-credentials, which upgrades and uninstall leave as it is.
            {{- end }}
            {{- if not .Values.networkPolicy.enabled }}

            networkPolicy.enabled is false: every pod of the cluster may connect to the servers.
            {{- end }}

            """;
    }

    public static string Readme(ApplicationChart application)
    {
        var chart = application.Context.Release.Chart;
        var text = new StringBuilder(
            $"""
            # {chart}

            {application.Context.Environment.HelmChartDescription}. This chart is written by `publish.sh` from the graph in AppHost.cs; changes belong there.

                helm install {chart} . --namespace {chart} --create-namespace --wait
                helm test {chart} --namespace {chart} --logs

            `docs/deployment.md` of the sources tells how to run it: values, secrets, scaling, canaries, backup, upgrade and rollback.

            ## Secrets

            Keys of the Secret that `secrets.source: existing` names, and names in a secret manager:

            | key | holds |
            |---|---|

            """);
        foreach (var secret in application.Context.Credentials.All)
            text.Append($"| `{secret.Name}` | {(secret.Fixed is null ? $"random, {secret.Length} characters" : $"a user's name, `{secret.Fixed}` where it is generated")} |\n");
        text.Append("\n## Values\n\n| key | meaning | default |\n|---|---|---|\n");
        Rows(text, application.Context.Root);
        return text.ToString();
    }

    private static void Rows(StringBuilder text, ValuesSection section)
    {
        foreach (var member in section.Members)
        {
            if (member is ValuesSection inner)
                Rows(text, inner);
            else if (member is ISetting setting)
                text.Append($"| `{setting.Code[".Values.".Length..]}` | {Cell(setting.Meaning)} | {Default(setting)} |\n");
        }
    }

    private static string Default(ISetting setting) => ObjectYaml.From(setting.Default) switch
    {
        YamlScalar { Value: "" } => "",
        YamlScalar scalar => $"`{YamlQuoting.Scalar(scalar.Value)}`",
        YamlMap { Entries.Count: 0 } => "`{}`",
        YamlList { Items.Count: 0 } => "`[]`",
        _ => "see values.yaml",
    };

    private static string Cell(string text) =>
        string.Join("; ", text.Split('\n', StringSplitOptions.TrimEntries)).Replace("|", "\\|", StringComparison.Ordinal);
}
