using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Secrets;
using AsyncStack.Hosting.Publishing.Yaml;

namespace AsyncStack.Hosting.Publishing.Compose;

/// <summary>
/// Writes an application as a Compose file: what pods run with the default values, one container each. Names, ports, variables and files
/// are the cluster's.
/// </summary>
internal static class ComposePublisher
{
    private const string Inside = "inside";
    private const string Outside = "outside";

    public static IReadOnlyDictionary<string, string> Files(ApplicationChart application)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var programs = application.Documents.Where(d => d.Condition?.ByDefault != false).Select(d => ComposeProgram.From(d, application)).OfType<ComposeProgram>().ToList();
        foreach (var (name, content, _, _) in programs.SelectMany(p => p.Files))
            files[name] = content;
        var secrets = programs.SelectMany(p => p.Secrets).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        files["docker-compose.yaml"] = "---\n" + YamlWriter.Write(ObjectYaml.From(new ComposeFile
        {
            Name = application.Context.Release.Chart,
            Services = Ordered(programs, p => p.Name, p => p.Service(Networks(application, p))),
            Networks = new() { [Inside] = new ComposeNetwork { Internal = true }, [Outside] = new ComposeNetwork() },
            Volumes = Ordered(programs.Where(p => p.DataVolume is not null), p => p.DataVolume!, _ => new ComposeVolume()),
            Secrets = Ordered(secrets, s => s, s => new ComposeSource($"./{SecretFiles.Folder}/{s}")),
            Configs = Ordered(programs.SelectMany(p => p.Files), f => f.Id, f => new ComposeSource($"./{f.Name}")),
        }));
        files["create-secrets.sh"] = SecretFiles.Script(application.Context.Credentials.All);
        files["README.md"] = Readme(application);
        return files;
    }

    // Only the entry and who calls callbacks see more than the others.
    private static string[] Networks(ApplicationChart application, ComposeProgram program) =>
        application.Graph.Services.Any(s => s.Name == program.Component && (s.IsEntry || s.ReachesInternet)) ? [Inside, Outside] : [Inside];

    private static OrderedDictionary<string, TValue> Ordered<T, TValue>(IEnumerable<T> items, Func<T, string> key, Func<T, TValue> value)
    {
        var map = new OrderedDictionary<string, TValue>(StringComparer.Ordinal);
        foreach (var item in items)
            map[key(item)] = value(item);
        return map;
    }

    private static string Readme(ApplicationChart application) =>
        $"""
        # {application.Context.Release.Chart}, with Docker Compose

            ./create-secrets.sh          # once: random passwords under {SecretFiles.Folder}/, which is not to be committed
            docker compose up --wait     # http://127.0.0.1:8080
            docker compose down          # the data stays; -v removes it

        The services' images are made by `dotnet publish -t:PublishContainer` in each service's folder.

        """;
}
