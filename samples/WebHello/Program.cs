using WebHello;

// A web server on an event loop: Kestrel's connections and all handlers run on the thread of the loop named "web".
WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.Services.AddEventLoop("web").AddSingleton<Scores>();
builder.Services.AddHealthChecks().AddEventLoopLag("web");
builder.WebHost.UseBridgeTransport(static options => options.EventLoopNames.Add("web"));

WebApplication app = builder.Build();
app.MapGet("/plaintext", static () => "Hello, World!");
app.MapGet("/scores", static (Scores scores) => scores.Snapshot());
app.MapPost("/scores/{player}", static async (string player, int points, Scores scores) => await scores.Add(player, points));
app.MapHealthChecks("/health");
app.Run();
