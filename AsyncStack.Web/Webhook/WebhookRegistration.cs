using System.Text.Json;
using Microsoft.Extensions.Options;

namespace AsyncStack.Web.Webhook;

internal static class WebhookRegistration
{
    public static WebApplicationBuilder AddWebhookReceiver(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<WebhookOptions>, WebhookOptionsValidator>();
        builder.Services.AddOptions<WebhookOptions>().BindConfiguration(WebhookOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<SignatureVerifier>();
        builder.Services.AddSingleton<WebhookInbox>();
        builder.Services.AddSingleton<WebMetrics>();
        builder.Services.ConfigureHttpJsonOptions(o => o.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);
        return builder;
    }
}
