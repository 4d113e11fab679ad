using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace AsyncStack.Architecture.Tests;

/// <summary>The rooms of docs/architecture.md and what each may depend on.</summary>
public sealed partial class RoomTests
{
    internal static readonly string Root = FindRoot();

    public static TheoryData<string, string[]> Rooms => new()
    {
        { "AsyncStack.Hosting", [] },
        { "AsyncStack.ServiceDefaults", [] },
        { "AsyncStack.Core", [] },
        { "AsyncStack.Api", ["AsyncStack.Core", "AsyncStack.ServiceDefaults"] },
        { "AsyncStack.Worker", ["AsyncStack.Core", "AsyncStack.ServiceDefaults"] },
        { "AsyncStack.Notifier", ["AsyncStack.Core", "AsyncStack.ServiceDefaults"] },
        { "AsyncStack.Web", ["AsyncStack.ServiceDefaults"] },
        { "AsyncStack.AppHost", ["AsyncStack.Hosting"] },
    };

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_links_only_what_it_may_depend_on(string room, string[] allowed)
    {
        var linked = XDocument.Load(ProjectFile(room)).Descendants("ProjectReference")
            .Where(r => (string?)r.Attribute("ReferenceOutputAssembly") != "false" && !IsAppHostService(room, r))
            .Select(r => Path.GetFileNameWithoutExtension(((string)r.Attribute("Include")!).Replace('\\', '/')));

        Assert.Empty(linked.Except(allowed));
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_names_no_namespace_of_a_room_it_may_not_depend_on(string room, string[] allowed)
    {
        var others = Rooms.Select(r => r.Data.Item1).Where(r => r != room && !allowed.Contains(r)).ToArray();
        var offences = from file in Sources(room)
                       from line in File.ReadLines(file)
                       let match = UsingOfOurs().Match(line)
                       where match.Success && others.Contains(match.Groups["room"].Value)
                       select $"{Path.GetRelativePath(Root, file)}: {line.Trim()}";

        Assert.Empty(offences);
    }

    [Fact]
    public void Every_project_at_the_top_level_is_a_room_of_the_table()
    {
        var projects = Directory.GetDirectories(Root, "AsyncStack.*").Select(d => Path.GetFileName(d)!).Where(d => File.Exists(ProjectFile(d)));

        Assert.Equal(Rooms.Select(r => r.Data.Item1).Order(), projects.Order());
    }

    [Theory]
    [InlineData("AsyncStack.Api")]
    [InlineData("AsyncStack.Worker")]
    [InlineData("AsyncStack.Notifier")]
    [InlineData("AsyncStack.Web")]
    [InlineData("AsyncStack.AppHost")]
    public void Entry_points_compile_against_either_side_without_conditions(string room)
    {
        var entry = Path.Combine(Root, room, room == "AsyncStack.AppHost" ? "AppHost.cs" : "Program.cs");
        var lines = File.ReadAllLines(entry);

        Assert.DoesNotContain(lines, l => l.TrimStart().StartsWith("#if", StringComparison.Ordinal) || l.Contains("using AsyncStack.Hosting", StringComparison.Ordinal));
        Assert.InRange(lines.Length, 1, 60);
    }

    // The AppHost refers to the services to have them built, not to link them; the graph's own targets see to that.
    private static bool IsAppHostService(string room, XElement reference) =>
        room == "AsyncStack.AppHost" && (string?)reference.Attribute("IsAspireProjectResource") != "false";

    private static string ProjectFile(string room) => Path.Combine(Root, room, room + ".csproj");

    private static IEnumerable<string> Sources(string room) =>
        Directory.EnumerateFiles(Path.Combine(Root, room), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "node_modules"));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AsyncStack.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("AsyncStack.sln was not found above the tests.");
    }

    [GeneratedRegex(@"^\s*(?:global )?using (?:static )?(?<room>AsyncStack\.[A-Za-z]+)[.;]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UsingOfOurs();
}
