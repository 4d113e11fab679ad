using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Messages;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace AsyncStack.Api.Messages;

/// <summary>Save a message and look at those that were saved. Saving by GET is what callers of this interface do.</summary>
internal static class MessageEndpoints
{
    public static void MapMessages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("").WithTags("Messages");
        pages.MapGet("/", Home).Describe("GetRoot", "The landing page", DescribeHome);
        pages.MapGet("/home", Home).Describe("GetHome", "The landing page", DescribeHome);
        pages.MapGet("/save", SaveAsync).Describe("SaveMessageByGet", "Saves a message", DescribeSave);
        pages.MapPost("/save", SaveAsync).Describe("SaveMessage", "Saves a message", DescribeSave);
        pages.MapGet("/view", ViewAsync).Describe("ViewMessages", "The newest messages and the health log", o => o
            .Answers<SavedView>(200, "A page, or JSON for `Accept: application/json`.").As("text/html")
            .Refuses(503));
    }

    private static Operation DescribeHome(Operation operation) => operation.Answers(200, "The page.").As("text/html");

    private static Operation DescribeSave(Operation operation) => operation
        .Query("data", "The message.", Schemas.Text(SavedMessage.MaxContentLength), required: true)
        .Query("template", "The page it is answered with.", Schemas.OneOf(MessagePages.Names))
        .Answers(200, "A page that shows the message, once it is committed.").As("text/html")
        .Refuses(422, 503);

    private static IResult Home(IOptions<MessageOptions> options) => MessagePages.Home(options.Value.OwnerName);

    private static async Task<IResult> SaveAsync(
        HttpRequest request, MessageIntake intake, IOptions<MessageOptions> options, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var data = ReadData(request.Query, errors);
        var template = ReadTemplate(request.Query, errors);
        if (errors.Any)
        {
            return errors.ToResult();
        }

        var owner = options.Value.OwnerName;
        var at = await intake.QueueAsync(new SavedMessage(data, owner), cancellationToken);
        return MessagePages.Taken(template, data, owner, at);
    }

    private static async Task<IResult> ViewAsync(
        HttpRequest request, HttpResponse response, MessageViews messages, IOptions<MessageOptions> options, CancellationToken cancellationToken)
    {
        var view = await messages.ReadAsync(cancellationToken);
        response.Headers.Vary = HeaderNames.Accept;
        response.Headers.CacheControl = "no-store";
        return PrefersJson(request) ? Results.Json(view, MessageJson.Default.SavedView) : MessagePages.View(view, options.Value.OwnerName);
    }

    private static string ReadData(IQueryCollection query, FieldErrors errors)
    {
        var values = query["data"];
        var data = values.Count == 1 ? values[0]! : "";
        if (values.Count > 1)
        {
            errors.Add("data", $"data is given {values.Count} times; give it once.");
        }
        else if (data.Length is 0 or > SavedMessage.MaxContentLength)
        {
            errors.Add("data", $"data has {data.Length} characters; it must have 1 to {SavedMessage.MaxContentLength}.");
        }
        else
        {
            errors.CheckText("data", data);
        }

        return data;
    }

    private static string ReadTemplate(IQueryCollection query, FieldErrors errors)
    {
        var values = query["template"];
        var template = values.Count == 0 ? MessagePages.DefaultTemplate : values.ToString();
        if (!MessagePages.Has(template))
        {
            var shown = template.Length <= 40 ? template : template[..40] + "…";
            errors.Add("template", $"template is '{shown}'; known are {MessagePages.Known}.");
        }

        return template;
    }

    // RFC 9110 section 12.5.1; of equals HTML goes first, since browsers ask for anything.
    private static bool PrefersJson(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        return Quality(accepted, "application/json") > Quality(accepted, "text/html");
    }

    private static double Quality(IList<MediaTypeHeaderValue> accepted, string type)
    {
        var media = new MediaTypeHeaderValue(type);
        var closest = accepted.Where(media.IsSubsetOf).OrderBy(a => a.MatchesAllTypes).ThenBy(a => a.MatchesAllSubTypes).FirstOrDefault();
        return closest is null ? 0 : closest.Quality ?? 1;
    }
}
