using System.CommandLine;
using ApiAmbassador.Cli;
using ApiAmbassador.Hosting;

EventThreads.Use();

var config = new Option<string?>("--config")
{
    Description = "Route files (default: AMBASSADOR_CONFIG, else ./config)",
    HelpName = "DIR",
};

var root = new RootCommand("Answers to one name, and finds the real instances behind it.")
{
    RunCommand.Create(config),
    DemoCommand.Create(),
    ValidateCommand.Create(config),
    ExplainCommand.Create(config),
    HealthcheckCommand.Create(config),
    StatusCommand.Create(config),
    OperatorCommands.Drain(config),
    OperatorCommands.Undrain(config),
    OperatorCommands.Weight(config),
};
root.Options.Add(config);
root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
root.SetAction((result, _) => RunCommand.RunAsync(result.GetValue(config)));

// The commands handle signals themselves, and a defect should show its stack trace.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
