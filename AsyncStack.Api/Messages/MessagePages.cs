using System.Collections.Frozen;
using System.Globalization;
using AsyncStack.Api.Pages;

namespace AsyncStack.Api.Messages;

/// <summary>The pages about messages.</summary>
internal static class MessagePages
{
    /// <summary>The template of an answer that asks for none.</summary>
    public const string DefaultTemplate = "default";

    /// <summary>The templates there are.</summary>
    public static readonly string[] Names = [DefaultTemplate, "space", "webgl", "architecture"];

    private static readonly FrozenDictionary<string, Page> Saved = Names.ToFrozenDictionary(n => n, n => Page.Load($"save-{n}.html"), StringComparer.Ordinal);

    private static readonly Page HomePage = Page.Load("home.html");
    private static readonly Page ViewPage = Page.Load("view.html");
    private static readonly Page MessagePart = Page.Load("view-message.html");
    private static readonly Page HealthPart = Page.Load("view-health.html");
    private static readonly Page NothingPart = Page.Load("view-nothing.html");

    /// <summary>The templates there are, for error messages.</summary>
    public static string Known { get; } = string.Join(", ", Names);

    /// <summary>Whether there is such a template.</summary>
    public static bool Has(string template) => Saved.ContainsKey(template);

    /// <summary>The landing page.</summary>
    public static IResult Home(string owner) => new PageResult(HomePage, ("owner", Html.Text(owner)));

    /// <summary>Says that a message is on its way.</summary>
    public static IResult Taken(string template, string data, string owner, DateTimeOffset at) => new PageResult(
        Saved[template], ("data", Html.Text(data)), ("owner", Html.Text(owner)), ("time", Shown(at)), ("iso_time", Exact(at)));

    /// <summary>What was saved, and how the services are.</summary>
    public static IResult View(SavedView view, string owner)
    {
        var messages = view.Messages.Select(m => MessagePart.Fill(
            ("id", Html.Text(m.Id.ToString(CultureInfo.InvariantCulture))), ("content", Html.Text(m.Content)), ("owner", Html.Text(m.Owner)),
            ("time", Shown(m.Timestamp)), ("iso_time", Exact(m.Timestamp))));
        var health = view.Health.Select(h => HealthPart.Fill(
            ("app", Html.Text(h.App)), ("status", Html.Text(h.Status)), ("state", Html.Text(h.Status.Split(':')[0])), ("pod", Html.Text(h.Pod)),
            ("time", Shown(h.Time)), ("iso_time", Exact(h.Time))));
        return new PageResult(
            ViewPage,
            ("owner", Html.Text(owner)),
            ("messages", OrNothing(messages, "No message has been saved yet.")),
            ("health", OrNothing(health, "No service has written a row yet.")));
    }

    private static Html OrNothing(IEnumerable<Html> rows, string nothing) =>
        Html.Join(rows.DefaultIfEmpty(NothingPart.Fill(("text", Html.Text(nothing)))));

    private static Html Shown(DateTimeOffset at) => Html.Text(at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture));

    private static Html Exact(DateTimeOffset at) => Html.Text(at.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
}
