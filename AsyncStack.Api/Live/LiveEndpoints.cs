using System.Globalization;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;

namespace AsyncStack.Api.Live;

/// <summary>One stream of all that happens, for pages that show it.</summary>
internal static class LiveEndpoints
{
    public static void MapLive(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/v1/live", FollowAsync).WithTags("Operators").Describe("FollowLive", "All that happens, as server-sent events", o => o
            .Says("""
                Events: `jobs`, the jobs that changed, gathered twice a second; `changed`, topics to read again; `stats`, the body of `/stats`, every two
                seconds. `Last-Event-ID` takes a stream up again: `missed` then tells what happened to jobs meanwhile, within an hour.
                """)
            .Header("Last-Event-ID", "The id of the last event that was heard.", Schemas.Integer(0))
            .Answers<LiveEvent>(200, "What the events hold, by their names.").As("text/event-stream")
            .Refuses(422, 503));

    public static WebApplicationBuilder AddLive(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<LiveOptions>().BindConfiguration("Live").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<LiveReader>().AddSingleton<LiveStreams>().AddSingleton<LiveFeed>();
        builder.Services.AddHostedService(services => services.GetRequiredService<LiveFeed>());
        return builder;
    }

    private static async Task<IResult> FollowAsync(LiveStreams streams, HttpContext context)
    {
        var errors = new FieldErrors();
        var last = ReadLast(context.Request, errors);
        return errors.Any ? errors.ToResult() : await streams.FollowAsync(last, context);
    }

    private static DateTimeOffset? ReadLast(HttpRequest request, FieldErrors errors)
    {
        var text = request.Headers["Last-Event-ID"].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) && ms < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return DateTimeOffset.FromUnixTimeMilliseconds(ms);
        }

        errors.Add("Last-Event-ID", $"Last-Event-ID is '{text}'; send the id of an event of this stream, or leave it out to begin now.");
        return null;
    }
}
