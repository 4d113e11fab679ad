using AsyncStack.ServiceDefaults.Health;
using AsyncStack.Web;
using AsyncStack.Web.Pages;
using AsyncStack.Web.Webhook;

if (await HealthCommand.RunAsync(args) is { } health)
{
    return health;
}

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.AddServiceDefaults();
builder.AddWebhookReceiver();

var app = builder.Build();
app.MapDefaultEndpoints();
app.UseSecurityHeaders();
app.UseDefaultFiles();
app.UseStaticFiles();
app.MapWebhook();
app.MapPages();
app.MapGet("/airflow", () => TypedResults.Redirect("/app/workflows"));
await app.RunAsync();
return 0;
